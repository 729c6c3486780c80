import type { KernelConfig } from '../kconfig.ts';
import { factsOf, type KernelConfigFacts } from './facts.ts';

/** A configuration over a table of symbols. */
export class SymbolConfig implements KernelConfig {
  readonly origin: string;
  readonly isReference: boolean;
  readonly symbols: ReadonlyMap<string, string>;
  readonly facts: KernelConfigFacts;

  constructor(origin: string, symbols: ReadonlyMap<string, string>, isReference = false) {
    this.origin = origin;
    this.isReference = isReference;
    this.symbols = symbols;
    this.facts = factsOf((symbol) => symbols.get(symbol));
  }

  enabled(symbol: string): boolean {
    return this.tristate(symbol) !== 'n';
  }

  tristate(symbol: string): 'y' | 'm' | 'n' {
    const value = this.symbols.get(symbol);
    return value === 'y' || value === 'm' ? value : 'n';
  }

  number(symbol: string): number | undefined {
    const value = this.symbols.get(symbol);
    return value !== undefined && /^(-?\d+|0x[0-9a-f]+)$/i.test(value) ? Number(value) : undefined;
  }

  string(symbol: string): string | undefined {
    const value = this.symbols.get(symbol);
    return value?.match(/^"(.*)"$/s)?.[1]?.replaceAll(/\\(.)/g, '$1') ?? value;
  }
}
