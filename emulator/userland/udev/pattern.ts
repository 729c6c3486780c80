/**
 * The shell's patterns: `*`, `?`, `[a-z]`, `[!a]`, and `|` between alternatives. Plays fnmatch() as udev and ueventd use
 * it; with `pathname` the wildcards stop at slashes.
 */
export function matches(
  pattern: string,
  text: string,
  options: { readonly pathname?: boolean } = {},
): boolean {
  return alternatives(pattern).some((one) => toExpression(one, options.pathname === true).test(text));
}

function alternatives(pattern: string): readonly string[] {
  return pattern.split('|');
}

const known = new Map<string, RegExp>();

function toExpression(pattern: string, pathname: boolean): RegExp {
  const key = `${pathname ? '/' : ''}${pattern}`;
  const found = known.get(key);
  if (found !== undefined) return found;
  const anything = pathname ? '[^/]' : '[^]';
  let source = '';
  for (let at = 0; at < pattern.length; at += 1) {
    const letter = pattern[at] ?? '';
    const end = letter === '[' ? pattern.indexOf(']', at + 2) : -1;
    if (letter === '*') source += `${anything}*`;
    else if (letter === '?') source += anything;
    else if (end > 0) {
      const set = pattern
        .slice(at + 1, end)
        .replace(/\\/g, '\\\\')
        .replace(/^!/, '^');
      source += `[${set}]`;
      at = end;
    } else source += letter.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
  }
  const made = new RegExp(`^${source}$`);
  known.set(key, made);
  return made;
}
