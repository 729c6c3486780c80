import type { SourcePosition } from '../../base/position.ts';
import { type Accounts, idOf } from './accounts.ts';
import { matches } from './pattern.ts';
import type { NodeWish, Rule, RuledDevice, RulesFile, RuleToken } from './rule.ts';

/** What rules have said so far. */
interface Draft {
  mode: number | undefined;
  uid: number | undefined;
  gid: number | undefined;
  links: string[];
  readonly environment: Map<string, string>;
  /** Keys that were set with := and stay. */
  readonly final: Set<string>;
  readonly decided: { what: string; position: SourcePosition }[];
  readonly problems: string[];
}

/**
 * Runs a device through rules files, in the order of their names as udevd sorts them. Plays udev-rules.c and the end of
 * udev-event.c: a group without a mode makes the mode 0660.
 */
export function applyRules(files: readonly RulesFile[], device: RuledDevice, accounts: Accounts): NodeWish {
  const draft: Draft = {
    mode: undefined,
    uid: undefined,
    gid: undefined,
    links: [],
    environment: new Map([
      ['ACTION', device.action],
      ['SUBSYSTEM', device.subsystem],
      ['DEVPATH', device.devPath],
      ['DEVNAME', `/dev/${device.nodeName}`],
      ['MAJOR', String(device.major)],
      ['MINOR', String(device.minor)],
    ]),
    final: new Set(),
    decided: [],
    problems: [],
  };
  for (const { rules } of inOrder(files)) {
    let skipTo: string | undefined;
    for (const rule of rules) {
      if (skipTo !== undefined && rule.label !== skipTo) continue;
      skipTo = undefined;
      if (!rule.matches.every((token) => holds(token, device, draft))) continue;
      for (const token of rule.assigns) assign(token, rule, device, draft, accounts);
      skipTo = rule.goTo;
    }
  }
  const upgraded = draft.mode === undefined && draft.gid !== undefined && draft.gid > 0;
  return { ...draft, mode: upgraded ? 0o660 : draft.mode };
}

function inOrder(files: readonly RulesFile[]): readonly RulesFile[] {
  const base = ({ file }: RulesFile) => file.split('/').at(-1) ?? file;
  return files.toSorted((a, b) => (base(a) < base(b) ? -1 : base(a) > base(b) ? 1 : 0));
}

function holds(token: RuleToken, device: RuledDevice, draft: Draft): boolean {
  const seen = factsFor(token, device, draft);
  const isWanted = token.operator === '==';
  if (seen === undefined) return !isWanted && !token.key.startsWith('ATTR');
  const found = seen.some((text) => matches(token.value, trimmed(text, token)));
  return found === isWanted;
}

/** Trailing blanks of attributes do not count unless the pattern has some. */
function trimmed(text: string, { key, value }: RuleToken): string {
  return key.startsWith('ATTR') && !/\s$/.test(value) ? text.trimEnd() : text;
}

/** What a key means for a device; its parents in sysfs have no subsystem, so only the device itself counts. */
function factsFor(
  { key, attribute = '' }: RuleToken,
  device: RuledDevice,
  draft: Draft,
): readonly string[] | undefined {
  switch (key) {
    case 'ACTION':
      return [device.action];
    case 'DEVPATH':
      return [device.devPath];
    case 'KERNEL':
    case 'KERNELS':
      return [device.name];
    case 'NAME':
      return [device.nodeName];
    case 'SUBSYSTEM':
    case 'SUBSYSTEMS':
      return [device.subsystem];
    case 'DRIVER':
    case 'DRIVERS':
      return [''];
    case 'SYMLINK':
      return draft.links;
    case 'ENV':
      return [draft.environment.get(attribute) ?? ''];
    default: {
      const text = device.attribute(attribute);
      return text === undefined ? undefined : [text];
    }
  }
}

function assign(token: RuleToken, rule: Rule, device: RuledDevice, draft: Draft, accounts: Accounts): void {
  const { key, operator, attribute } = token;
  if (draft.final.has(key)) return;
  if (operator === ':=') draft.final.add(key);
  const value = substituted(token.value, device, draft);
  const decide = (what: string) => draft.decided.push({ what, position: rule.position });
  switch (key) {
    case 'MODE':
      draft.mode = Number.parseInt(value, 8);
      decide(`mode ${value.padStart(4, '0')}`);
      return;
    case 'OWNER':
    case 'GROUP': {
      const isGroup = key === 'GROUP';
      const id = idOf(isGroup ? accounts.groups : accounts.users, value);
      const word = isGroup ? 'group' : 'owner';
      if (id === undefined) {
        draft.problems.push(
          `${rule.position.file}:${rule.position.line}: unknown ${word} "${value}", ignored`,
        );
        return;
      }
      if (isGroup) draft.gid = id;
      else draft.uid = id;
      decide(`${word} ${value} (${id})`);
      return;
    }
    case 'SYMLINK': {
      const links = value.split(/\s+/).filter((link) => link !== '');
      if (operator === '-=') draft.links = draft.links.filter((link) => !links.includes(link));
      else draft.links = [...new Set([...(operator === '+=' ? draft.links : []), ...links])];
      decide(`link ${links.join(' ')}`);
      return;
    }
    case 'ENV':
      draft.environment.set(attribute ?? '', value);
      return;
    default:
      return;
  }
}

const letters: Readonly<Record<string, string>> = {
  k: 'kernel',
  n: 'number',
  p: 'devpath',
  M: 'major',
  m: 'minor',
  N: 'devnode',
  D: 'name',
  b: 'id',
  d: 'driver',
  r: 'root',
  S: 'sys',
};

/** `$kernel`, `%k`, `$attr{dev}`, `%s{dev}`, `$env{NAME}`, `%E{NAME}`, `$$`, `%%` and their like. */
function substituted(value: string, device: RuledDevice, draft: Draft): string {
  return value.replace(
    /\$\$|%%|[$](attr|env)\{([^}]*)\}|%([sE])\{([^}]*)\}|[$]([a-z]+)|%([A-Za-z])/g,
    (whole, word, first, letter, second, long, short) => {
      if (whole === '$$' || whole === '%%') return whole[0] ?? '';
      const name = first ?? second;
      if (word === 'attr' || letter === 's') return device.attribute(name)?.trimEnd() ?? '';
      if (word === 'env' || letter === 'E') return draft.environment.get(name) ?? '';
      return factOf(long ?? letters[short] ?? '', device) ?? whole;
    },
  );
}

function factOf(name: string, device: RuledDevice): string | undefined {
  const facts: Readonly<Record<string, string>> = {
    kernel: device.name,
    number: /\d+$/.exec(device.name)?.[0] ?? '',
    devpath: device.devPath,
    major: String(device.major),
    minor: String(device.minor),
    devnode: `/dev/${device.nodeName}`,
    name: device.nodeName,
    id: device.name,
    driver: '',
    root: '/dev',
    sys: '/sys',
  };
  return facts[name];
}
