import type { KernelConfigFacts } from './kconfig/facts.ts';

/** The value of a configuration symbol: `y`, `m`, a number or a string; an unset symbol is absent. */
export interface KernelConfig {
  /** What it is called in output: `reference 6.1`, or the file it was read from. */
  readonly origin: string;
  /** Whether it is the built-in one, with or without symbols over it, and no file's. */
  readonly isReference: boolean;
  /** True for `y` and `m`. */
  enabled(symbol: string): boolean;
  /** `y`, `m` or `n`. */
  tristate(symbol: string): 'y' | 'm' | 'n';
  /** An int or hex symbol; undefined where it is not set. */
  number(symbol: string): number | undefined;
  string(symbol: string): string | undefined;
  /** The symbols that are set, without `CONFIG_`, with their values as a .config file writes them. */
  readonly symbols: ReadonlyMap<string, string>;
  /** What the boot reads again and again, worked out once. */
  readonly facts: KernelConfigFacts;
}

export type { SymbolAssignment } from './kconfig/assignments.ts';
export { parseAssignment, withSymbols } from './kconfig/assignments.ts';
export { heapOptionAdvice } from './kconfig/heap-options.ts';
export { configNames, namedConfig, refuseImpossibleModules } from './kconfig/named.ts';
export { parseConfig } from './kconfig/parse.ts';
export { referenceConfig } from './kconfig/reference.ts';
