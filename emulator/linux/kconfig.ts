/** The value of a configuration symbol: `y`, `m`, a number or a string; an unset symbol is absent. */
export interface KernelConfig {
  /** What it is called in output: `reference 6.1`, or the file it was read from. */
  readonly origin: string;
  /** True for `y` and `m`. */
  enabled(symbol: string): boolean;
  /** `y`, `m` or `n`. */
  tristate(symbol: string): 'y' | 'm' | 'n';
  /** An int or hex symbol; undefined where it is not set. */
  number(symbol: string): number | undefined;
  string(symbol: string): string | undefined;
}
