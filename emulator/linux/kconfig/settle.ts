import { symbolRules } from './symbol-rules.ts';

/** What Kconfig has against a symbol. */
export interface Complaint {
  readonly symbol: string;
  readonly problem: string;
}

/** Which symbols somebody spoke of. */
export interface Spoken {
  /** Set on purpose: it is a mistake where they cannot be. The others go silently. */
  readonly asked: ReadonlySet<string>;
  /** Unset on purpose: they get no fallback. */
  readonly unset: ReadonlySet<string>;
}

/**
 * Makes a table of symbols consistent, as `make olddefconfig` does: sets what others select, gives fallbacks, and
 * takes away what lacks a dependency. Returns the first complaint about a symbol that was asked for.
 */
export function settle(symbols: Map<string, string>, spoken: Spoken): Complaint | undefined {
  for (let changed = true; changed; ) {
    const selected = addSelected(symbols);
    changed = addFallbacks(symbols, spoken.unset) || selected;
    for (const symbol of [...symbols.keys()]) {
      const problem = impossible(symbol, symbols);
      if (problem === undefined) continue;
      if (spoken.asked.has(symbol)) return { symbol, problem };
      symbols.delete(symbol);
      changed = true;
    }
  }
  return undefined;
}

function addSelected(symbols: Map<string, string>): boolean {
  let changed = false;
  for (const symbol of [...symbols.keys()]) {
    for (const selected of symbolRules.get(symbol)?.selects ?? []) {
      if (symbols.has(selected)) continue;
      symbols.set(selected, 'y');
      changed = true;
    }
  }
  return changed;
}

function addFallbacks(symbols: Map<string, string>, unset: ReadonlySet<string>): boolean {
  let changed = false;
  for (const [symbol, { fallback }] of symbolRules) {
    if (fallback === undefined || symbols.has(symbol) || unset.has(symbol)) continue;
    if (impossible(symbol, symbols) !== undefined) continue;
    symbols.set(symbol, fallback);
    changed = true;
  }
  return changed;
}

/** Why a symbol cannot be set beside the others; undefined where it can. */
function impossible(symbol: string, symbols: ReadonlyMap<string, string>): string | undefined {
  const rule = symbolRules.get(symbol);
  const missing = rule?.needs?.find((needed) => !symbols.has(needed));
  if (missing !== undefined) return `${symbol} needs ${missing}, which is not set`;
  const excluded = rule?.excludes?.find((other) => symbols.has(other));
  if (excluded !== undefined) return `${symbol} does not count where ${excluded} is set`;
  return undefined;
}

/** Why a value is none for a symbol; undefined where it is one, and for symbols that nothing here looks at. */
export function badValue(symbol: string, value: string): string | undefined {
  const rule = symbolRules.get(symbol);
  if (rule === undefined) return undefined;
  const expected = expectedValue(rule.type, value);
  if (expected !== undefined) return `${symbol} is ${expected}, not "${value}"`;
  if (rule.range === undefined || rule.type !== 'int') return undefined;
  const [least, most] = rule.range;
  const number = Number(value);
  return number >= least && number <= most
    ? undefined
    : `${symbol} is from ${least} to ${most}, not ${value}`;
}

function expectedValue(type: string, value: string): string | undefined {
  switch (type) {
    case 'bool':
      return value === 'y' || value === 'n' ? undefined : 'y or n';
    case 'tristate':
    case 'heap':
      return value === 'y' || value === 'm' || value === 'n' ? undefined : 'y, m or n';
    case 'int':
      return /^-?\d+$/.test(value) ? undefined : 'a whole number';
    case 'hex':
      return /^0x[0-9a-f]+$/i.test(value) ? undefined : 'a hexadecimal number such as 0xc0000000';
    default:
      return undefined;
  }
}
