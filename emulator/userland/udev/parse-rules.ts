import { inputError } from '../../base/input-error.ts';
import type { SourcePosition } from '../../base/position.ts';
import type { Rule, RuleOperator, RulesFile, RuleToken } from './rule.ts';

/** Keys that compare. */
const matchKeys: ReadonlySet<string> = new Set([
  'ACTION',
  'DEVPATH',
  'KERNEL',
  'KERNELS',
  'NAME',
  'SUBSYSTEM',
  'SUBSYSTEMS',
  'DRIVER',
  'DRIVERS',
  'ATTR',
  'ATTRS',
  'ENV',
  'SYMLINK',
  'TAG',
  'TAGS',
  'TEST',
  'PROGRAM',
  'RESULT',
  'CONST',
  'SYSCTL',
  'IMPORT',
]);

/** Keys that set something. */
const assignKeys: ReadonlySet<string> = new Set([
  'OWNER',
  'GROUP',
  'MODE',
  'SYMLINK',
  'NAME',
  'ENV',
  'TAG',
  'OPTIONS',
  'RUN',
  'ATTR',
  'SYSCTL',
  'SECLABEL',
  'IMPORT',
  'PROGRAM',
  'LABEL',
  'GOTO',
]);

/** What is read and has no effect here, with the reason. */
const withoutEffect: Readonly<Record<string, string>> = {
  TAG: 'tags are for seat and service managers, which are not modelled',
  TAGS: 'tags are for seat and service managers, which are not modelled',
  OPTIONS: 'options have no effect on nodes and links here',
  RUN: 'no program is run',
  SECLABEL: 'security labels are not modelled',
  IMPORT: 'nothing is imported',
  SYSCTL: 'kernel parameters are not written',
};

/** Matches that cannot be decided here; a rule with one of them is left out. */
const undecidable: ReadonlySet<string> = new Set(['PROGRAM', 'RESULT', 'TEST', 'SYSCTL', 'CONST', 'IMPORT']);

function fail(problem: string, position: SourcePosition): Error {
  return inputError('rules-broken', { problem }, { position });
}

/**
 * Reads a udev rules file; a line that udev would ignore as wrong is an InputError at its place: whoever tests rules
 * wants to know.
 */
export function parseRules(text: string, file: string): RulesFile {
  const notes: string[] = [];
  const rules: Rule[] = [];
  for (const { line, content } of logicalLines(text)) {
    const rule = readRule(content, { file, line }, notes);
    if (rule !== undefined) rules.push(rule);
  }
  refuseMissingLabels(rules);
  return { file, rules, notes: [...new Set(notes)] };
}

/** Lines with those that end in a backslash joined to the next; comments and empty ones are left out. */
function logicalLines(text: string): readonly { readonly line: number; readonly content: string }[] {
  const found: { line: number; content: string }[] = [];
  let open: { line: number; content: string } | undefined;
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const isComment = raw.trimStart().startsWith('#');
    if (open === undefined && (raw.trim() === '' || isComment)) continue;
    if (isComment) continue;
    const continues = raw.endsWith('\\');
    const part = continues ? raw.slice(0, -1) : raw;
    const now: { line: number; content: string } = open ?? { line: index + 1, content: '' };
    now.content += part;
    open = continues ? now : undefined;
    if (!continues) found.push(now);
  }
  if (open !== undefined) found.push(open);
  return found;
}

const tokenPattern = /\s*,?\s*([A-Z]+)(?:\{([^}]*)\})?\s*(==|!=|\+=|-=|:=|=)\s*(e?)"((?:\\.|[^"\\])*)"/y;

function readRule(
  content: string,
  { file, line }: { readonly file: string; readonly line: number },
  notes: string[],
): Rule | undefined {
  const position = { file, line, column: 1 };
  const tokens: RuleToken[] = [];
  tokenPattern.lastIndex = 0;
  let at = 0;
  while (/\S/.test(content.slice(at).replace(/^\s*,\s*$/, ''))) {
    tokenPattern.lastIndex = at;
    const match = tokenPattern.exec(content);
    const here = { file, line, column: at + 1 + (/^\s*,?\s*/.exec(content.slice(at))?.[0].length ?? 0) };
    if (match === null)
      throw fail(
        `expected KEY=="value" or KEY="value", found "${content.slice(at).trim().slice(0, 40)}"`,
        here,
      );
    const [, key = '', attribute, operator = '', , value = ''] = match;
    tokens.push(
      checked({
        key,
        attribute,
        operator: operator as RuleOperator,
        value: value.replaceAll('\\"', '"'),
        position: here,
      }),
    );
    at = tokenPattern.lastIndex;
  }
  for (const { key, position: place } of tokens) {
    const why = withoutEffect[key];
    if (why !== undefined) notes.push(`${file}:${place.line}: ${key} is ignored: ${why}`);
  }
  const compared = tokens.filter(isMatch);
  const open = compared.find(({ key }) => undecidable.has(key));
  if (open !== undefined) {
    notes.push(`${file}:${line}: the rule is left out: ${open.key} cannot be decided here`);
    return undefined;
  }
  const assigned = tokens.filter((token) => !isMatch(token));
  const one = (key: string) => assigned.find((token) => token.key === key)?.value;
  return {
    position,
    matches: compared.filter(({ key }) => key !== 'TAG' && key !== 'TAGS'),
    assigns: assigned.filter(
      ({ key }) => key !== 'LABEL' && key !== 'GOTO' && withoutEffect[key] === undefined,
    ),
    label: one('LABEL'),
    goTo: one('GOTO'),
  };
}

function isMatch({ key, operator }: RuleToken): boolean {
  return (
    operator === '==' || operator === '!=' || key === 'PROGRAM' || (key === 'IMPORT' && operator !== '=')
  );
}

function checked(token: RuleToken): RuleToken {
  const { key, operator, position, attribute, value } = token;
  const compares = operator === '==' || operator === '!=';
  if (!matchKeys.has(key) && !assignKeys.has(key)) throw fail(`unknown key "${key}"`, position);
  if (compares && !matchKeys.has(key))
    throw fail(`${key} is set with "=", not compared with "${operator}"`, position);
  if (!compares && !assignKeys.has(key))
    throw fail(`${key} is compared with "==" or "!=", not set with "${operator}"`, position);
  const needsAttribute = ['ATTR', 'ATTRS', 'ENV', 'SYSCTL', 'CONST'].includes(key);
  if (needsAttribute && (attribute === undefined || attribute === ''))
    throw fail(`${key} needs the name of an attribute: ${key}{name}`, position);
  if (!compares && key === 'MODE' && !/^[0-7]{1,4}$/.test(value))
    throw fail(`MODE="${value}" is no octal mode such as 0660`, position);
  if (['LABEL', 'GOTO', 'OWNER', 'GROUP', 'MODE'].includes(key) && !['=', ':=', '+='].includes(operator))
    throw fail(`${key} is set with "=", not with "${operator}"`, position);
  return token;
}

/** GOTO leads forward, to a label of the same file. */
function refuseMissingLabels(rules: readonly Rule[]): void {
  for (const [index, { goTo, position }] of rules.entries()) {
    if (goTo === undefined || rules.slice(index + 1).some(({ label }) => label === goTo)) continue;
    throw fail(`GOTO="${goTo}" has no LABEL="${goTo}" after it`, position);
  }
}
