import { inputError } from '../../base/input-error.ts';
import type { KernelConfig } from '../kconfig.ts';
import { missingDependency } from './dependencies.ts';
import { SymbolConfig } from './symbols.ts';

/** One `SYMBOL=VALUE` of the command line. */
export interface SymbolAssignment {
  readonly symbol: string;
  readonly value: string;
}

/** Reads `SYMBOL=VALUE`, with or without `CONFIG_` in front. */
export function parseAssignment(text: string): SymbolAssignment {
  const [, symbol, value] = /^(?:CONFIG_)?([A-Z0-9_a-z]+)=(.*)$/.exec(text.trim()) ?? [];
  if (symbol === undefined || value === undefined) {
    throw inputError('kconfig-broken', { problem: `expected SYMBOL=VALUE, found "${text}"` });
  }
  return { symbol, value };
}

/** Choices of which exactly one is set: setting one clears the others. */
const choices: readonly (readonly string[])[] = [
  ['ARM64_4K_PAGES', 'ARM64_16K_PAGES', 'ARM64_64K_PAGES'],
  ['CMA_SIZE_SEL_MBYTES', 'CMA_SIZE_SEL_PERCENTAGE', 'CMA_SIZE_SEL_MIN', 'CMA_SIZE_SEL_MAX'],
];

/** Symbols that are worked out of a choice and must not survive its change. */
const derived: Readonly<Record<string, readonly string[]>> = {
  ARM64_4K_PAGES: ['ARM64_PAGE_SHIFT', 'PAGE_SHIFT', 'ARCH_FORCE_MAX_ORDER'],
  ARM64_16K_PAGES: ['ARM64_PAGE_SHIFT', 'PAGE_SHIFT', 'ARCH_FORCE_MAX_ORDER'],
  ARM64_64K_PAGES: ['ARM64_PAGE_SHIFT', 'PAGE_SHIFT', 'ARCH_FORCE_MAX_ORDER'],
};

/**
 * A configuration with some symbols set anew, as Kconfig would have it: choices stay choices, what loses its
 * dependency goes, and a symbol that is set without what it needs is an input error.
 */
export function withSymbols(config: KernelConfig, assignments: readonly SymbolAssignment[]): KernelConfig {
  if (assignments.length === 0) return config;
  const symbols = new Map(config.symbols);
  for (const { symbol, value } of assignments) {
    if (value === 'n') {
      symbols.delete(symbol);
      continue;
    }
    for (const other of choices.find((choice) => choice.includes(symbol)) ?? []) symbols.delete(other);
    for (const other of derived[symbol] ?? []) symbols.delete(other);
    symbols.set(symbol, value);
    if (symbol === 'HUGETLBFS') symbols.set('HUGETLB_PAGE', value);
  }
  const asked = new Set(assignments.map((assignment) => assignment.symbol));
  for (let removed = true; removed; ) {
    removed = false;
    for (const symbol of [...symbols.keys()]) {
      const missing = missingDependency(symbol, symbols);
      if (missing === undefined) continue;
      if (asked.has(symbol)) {
        throw inputError('kconfig-broken', { problem: `${symbol} needs ${missing}, which is not set` });
      }
      symbols.delete(symbol);
      removed = true;
    }
  }
  const names = assignments.map(({ symbol, value }) => `${symbol}=${value}`).join(', ');
  return new SymbolConfig(`${config.origin} with ${names}`, symbols, config.isReference);
}
