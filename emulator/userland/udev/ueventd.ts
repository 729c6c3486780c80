import { inputError } from '../../base/input-error.ts';
import type { SourcePosition } from '../../base/position.ts';
import { type Accounts, idOf } from './accounts.ts';
import { matches } from './pattern.ts';
import type { NodeWish, RuledDevice } from './rule.ts';

/** `/dev/dma_heap/system 0444 system system` */
export interface UeventdPermission {
  readonly position: SourcePosition;
  readonly path: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly says: string;
  /** Wildcards match slashes as well. */
  readonly acrossSlashes: boolean;
}

/** An ueventd.rc that parsed. */
export interface UeventdFile {
  readonly file: string;
  readonly permissions: readonly UeventdPermission[];
  /** Subsystems whose nodes get a folder of their own, with that folder. */
  readonly folders: ReadonlyMap<string, string>;
  readonly notes: readonly string[];
}

const skipped: ReadonlySet<string> = new Set([
  'import',
  'firmware_directories',
  'external_firmware_handler',
  'modalias_handling',
  'uevent_socket_rcvbuf_size',
  'parallel_restorecon',
  'parallel_restorecon_dir',
]);

function fail(problem: string, position: SourcePosition): Error {
  return inputError('rules-broken', { problem }, { position });
}

/** Reads an Android ueventd.rc; a line that ueventd would complain about is an InputError at its place. */
export function parseUeventd(text: string, file: string, accounts: Accounts): UeventdFile {
  const permissions: UeventdPermission[] = [];
  const folders = new Map<string, string>();
  const notes: string[] = [];
  let subsystem: string | undefined;
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const position = { file, line: index + 1, column: 1 };
    const words = raw.replace(/#.*$/, '').trim().split(/\s+/);
    const [keyword = ''] = words;
    if (keyword === '') continue;
    if (keyword.startsWith('/dev/')) {
      permissions.push(readPermission(words, position, accounts));
      subsystem = undefined;
    } else if (keyword.startsWith('/sys/')) {
      notes.push(`${file}:${position.line}: permissions of ${keyword} are ignored: only nodes are modelled`);
    } else if (keyword === 'subsystem') {
      subsystem = words[1] ?? refuse('subsystem needs a name', position);
    } else if (keyword === 'devname' && subsystem !== undefined) {
      if (words[1] !== 'uevent_devname' && words[1] !== 'uevent_devpath')
        throw fail(`devname is uevent_devname or uevent_devpath, not "${words[1] ?? ''}"`, position);
    } else if (keyword === 'dirname' && subsystem !== undefined) {
      const [, folder = ''] = words;
      if (!folder.startsWith('/')) throw fail(`dirname is a path, not "${folder}"`, position);
      folders.set(subsystem, folder);
    } else if (skipped.has(keyword)) {
      notes.push(`${file}:${position.line}: ${keyword} is ignored: it says nothing about nodes`);
      subsystem = undefined;
    } else throw fail(`"${keyword}" is neither a path nor a word that ueventd knows`, position);
  }
  return { file, permissions, folders, notes };
}

function refuse(problem: string, position: SourcePosition): never {
  throw fail(problem, position);
}

function readPermission(
  words: readonly string[],
  position: SourcePosition,
  accounts: Accounts,
): UeventdPermission {
  const [path = '', mode = '', user = '', group = '', ...flags] = words;
  if (group === '') throw fail(`${path} needs a mode, a user and a group`, position);
  if (!/^[0-7]{3,4}$/.test(mode)) throw fail(`"${mode}" is no octal mode such as 0660`, position);
  const unknown = flags.find((flag) => flag !== 'no_fnm_pathname');
  if (unknown !== undefined)
    throw fail(`"${unknown}" is unknown; what may follow is no_fnm_pathname`, position);
  const uid = idOf(accounts.users, user);
  const gid = idOf(accounts.groups, group);
  if (uid === undefined) throw fail(`unknown user "${user}"`, position);
  if (gid === undefined) throw fail(`unknown group "${group}"`, position);
  return {
    position,
    path,
    mode: Number.parseInt(mode, 8),
    uid,
    gid,
    says: `mode ${mode.padStart(4, '0')}, owner ${user} (${uid}), group ${group} (${gid})`,
    acrossSlashes: flags.length > 0 || isPrefix(path),
  };
}

/** A single star at the very end makes a prefix of what stands before it. */
function isPrefix(path: string): boolean {
  return /^[^*?[]*\*$/.test(path);
}

/** What ueventd gives a device's node: the last line that matches counts; without one root's alone. */
export function applyUeventd(files: readonly UeventdFile[], device: RuledDevice): NodeWish {
  const path = `/dev/${device.nodeName}`;
  const found = files
    .flatMap(({ permissions }) => permissions)
    .findLast((one) => matches(one.path, path, { pathname: !one.acrossSlashes }));
  const hasFolder = files.some(({ folders }) => folders.has(device.subsystem));
  const problems =
    hasFolder || !device.nodeName.includes('/')
      ? []
      : [
          `no "subsystem ${device.subsystem}" section with a dirname: ueventd would make /dev/${device.name} in place of ${path}`,
        ];
  return {
    mode: found?.mode ?? 0o600,
    uid: found?.uid ?? 0,
    gid: found?.gid ?? 0,
    links: [],
    decided: found === undefined ? [] : [{ what: found.says, position: found.position }],
    problems,
  };
}
