import { inputError } from '../../base/input-error.ts';
import type { KernelConfig } from '../kconfig.ts';
import { badValue, settle } from './settle.ts';
import { choices } from './symbol-rules.ts';
import { SymbolConfig } from './symbols.ts';

/** One `SYMBOL=VALUE` of the command line. */
export interface SymbolAssignment {
  readonly symbol: string;
  readonly value: string;
}

/** Reads `SYMBOL=VALUE`, with or without `CONFIG_` in front; a value that the symbol cannot have is an input error. */
export function parseAssignment(text: string): SymbolAssignment {
  const [, symbol, value] = /^(?:CONFIG_)?([A-Z0-9_a-z]+)=(.*)$/.exec(text.trim()) ?? [];
  if (symbol === undefined || value === undefined) {
    throw inputError('kconfig-broken', { problem: `expected SYMBOL=VALUE, found "${text}"` });
  }
  const problem = badValue(symbol, value);
  if (problem !== undefined) throw inputError('kconfig-broken', { problem });
  return { symbol, value };
}

/** What follows from the page size. */
const pageSizes = [
  'ARM64_PAGE_SHIFT',
  'PAGE_SHIFT',
  'ARCH_FORCE_MAX_ORDER',
  'FORCE_MAX_ZONEORDER',
  'PAGE_BLOCK_ORDER',
  'PAGE_BLOCK_MAX_ORDER',
];

/** Symbols that are worked out of a choice and must not survive its change. */
const derived: Readonly<Record<string, readonly string[]>> = {
  ARM64_4K_PAGES: pageSizes,
  ARM64_16K_PAGES: pageSizes,
  ARM64_64K_PAGES: pageSizes,
  VMSPLIT_3G: ['PAGE_OFFSET'],
  VMSPLIT_3G_OPT: ['PAGE_OFFSET'],
  VMSPLIT_2G: ['PAGE_OFFSET'],
  VMSPLIT_1G: ['PAGE_OFFSET'],
};

/**
 * A configuration with some symbols set anew, as Kconfig would have it: choices stay choices, what loses its
 * dependency goes, and a symbol that is set without what it needs is an input error.
 */
export function withSymbols(config: KernelConfig, assignments: readonly SymbolAssignment[]): KernelConfig {
  if (assignments.length === 0) return config;
  const symbols = new Map(config.symbols);
  const asked = new Set<string>();
  const unset = new Set<string>();
  for (const { symbol, value } of assignments) {
    if (value === 'n') {
      symbols.delete(symbol);
      unset.add(symbol);
      continue;
    }
    for (const other of choices.find((choice) => choice.includes(symbol)) ?? []) symbols.delete(other);
    for (const other of derived[symbol] ?? []) symbols.delete(other);
    symbols.set(symbol, value);
    asked.add(symbol);
  }
  const complaint = settle(symbols, { asked, unset });
  if (complaint !== undefined) throw inputError('kconfig-broken', { problem: complaint.problem });
  const names = assignments.map(({ symbol, value }) => `${symbol}=${value}`).join(', ');
  return new SymbolConfig(`${config.origin} with ${names}`, symbols, config.isReference);
}
