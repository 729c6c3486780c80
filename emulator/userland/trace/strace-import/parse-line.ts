/** What one line of `strace -f` says. */
export type StraceLine =
  | {
      readonly kind: 'call';
      readonly pid: number | undefined;
      readonly name: string;
      readonly args: readonly string[];
      /** What follows `= `; `?` where the call never came back. */
      readonly result: string;
    }
  | { readonly kind: 'begun'; readonly pid: number | undefined; readonly name: string; readonly text: string }
  | {
      readonly kind: 'resumed';
      readonly pid: number | undefined;
      readonly name: string;
      readonly text: string;
    }
  | { readonly kind: 'exit'; readonly pid: number | undefined; readonly exit: number | string }
  | { readonly kind: 'other' };

const prefix =
  /^ *(?:\[pid +(\d+)\] +|(\d+) +)?(?:\d{1,2}:\d{2}:\d{2}(?:\.\d+)? +|\d+\.\d+ +)?(?:\(\+ *[\d.]+\) +)?(.*)$/;

/** Reads one line; undefined where it is none that strace writes. */
export function parseStraceLine(line: string): StraceLine | undefined {
  const [, bracketed, bare, rest = ''] = prefix.exec(line.trimEnd()) ?? [];
  const number = bracketed ?? bare;
  const pid = number === undefined ? undefined : Number(number);
  if (rest === '' || /^(strace: |--- |> )/.test(rest)) return { kind: 'other' };
  const [, exitCode, signal] = /^\+\+\+ (?:exited with (\d+)|killed by (\w+).*) \+\+\+$/.exec(rest) ?? [];
  if (exitCode !== undefined) return { kind: 'exit', pid, exit: Number(exitCode) };
  if (signal !== undefined) return { kind: 'exit', pid, exit: signal };
  const [, resumed, tail] = /^<\.\.\. (\w+) resumed>,? ?(.*)$/.exec(rest) ?? [];
  if (resumed !== undefined) return { kind: 'resumed', pid, name: resumed, text: tail ?? '' };
  const [, begun, head] = /^(\w+)\((.*?),? *<unfinished \.\.\.>$/.exec(rest) ?? [];
  if (begun !== undefined) return { kind: 'begun', pid, name: begun, text: head ?? '' };
  return parseCall(rest, pid);
}

/** `name(arguments) = result` */
export function parseCall(text: string, pid: number | undefined): StraceLine | undefined {
  const open = text.indexOf('(');
  const name = text.slice(0, open);
  if (open < 1 || !/^\w+$/.test(name)) return undefined;
  const close = closingParenthesis(text, open);
  if (close === undefined) return undefined;
  const [, result] = /^\s*=\s*(.+)$/.exec(text.slice(close + 1)) ?? [];
  if (result === undefined) return undefined;
  return { kind: 'call', pid, name, args: splitList(text.slice(open + 1, close)), result: result.trim() };
}

const pairs: Readonly<Record<string, number>> = { '(': 1, '[': 1, '{': 1, ')': -1, ']': -1, '}': -1 };

/** Walks text outside of strings and comments; `visit` ends the walk by returning true. */
function walk(
  text: string,
  from: number,
  visit: (character: string, at: number, depth: number) => boolean,
): void {
  let depth = 0;
  for (let at = from; at < text.length; at += 1) {
    const character = text[at] ?? '';
    if (character === '"') at = endOfString(text, at);
    else if (character === '<' && /[\w/]/.test(text[at - 1] ?? '')) at = endOfPath(text, at);
    else if (text.startsWith('/*', at)) at = Math.max(at, text.indexOf('*/', at) + 1);
    else {
      depth += pairs[character] ?? 0;
      if (visit(character, at, depth)) return;
    }
  }
}

function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === '"') return at;
  }
  return text.length;
}

/** The end of `<path>` behind a descriptor. */
function endOfPath(text: string, start: number): number {
  const [path = ''] = /^<.*?>(?=[,)}]|\(deleted\)|$)/.exec(text.slice(start)) ?? [];
  return start + Math.max(0, path.length - 1);
}

function closingParenthesis(text: string, open: number): number | undefined {
  let found: number | undefined;
  walk(text, open, (character, at, depth) => {
    if (character !== ')' || depth !== 0) return false;
    found = at;
    return true;
  });
  return found;
}

/** The parts of a list between its commas. */
export function splitList(text: string): readonly string[] {
  const parts: string[] = [];
  let start = 0;
  walk(text, 0, (character, at, depth) => {
    if (character === ',' && depth === 0) {
      parts.push(text.slice(start, at).trim());
      start = at + 1;
    }
    return false;
  });
  const last = text.slice(start).trim();
  return last === '' && parts.length === 0 ? [] : [...parts, last];
}
