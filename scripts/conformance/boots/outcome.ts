/** What an emulated boot came to, in the terms of the records. */
export interface BootOutcome {
  readonly booted: boolean;
  /** The kernel's last words, where it panicked. */
  readonly panic?: string;
  readonly heaps: readonly {
    readonly name: string;
    readonly major: number;
    readonly minor: number;
    /** Permissions. */
    readonly mode: number;
  }[];
  /** In the kernel's order. */
  readonly areas: readonly {
    readonly name: string;
    readonly baseBytes: bigint;
    readonly sizeBytes: bigint;
    readonly usedPages: number;
  }[];
  readonly regions: readonly OutcomeRegion[];
  /** Undefined where the boot did not come that far. */
  readonly memTotalKiB: number | undefined;
  readonly cmaTotalKiB: number | undefined;
  readonly log: readonly { readonly level: number; readonly text: string }[];
  /**
   * The text of a file or listing, by the name that records give it, undefined where there is none such.
   * Without this, files are not compared.
   */
  readonly file?: (name: string) => string | undefined;
}

export interface OutcomeRegion {
  readonly name: string;
  readonly state: string;
  readonly baseBytes: bigint | undefined;
  readonly sizeBytes: bigint;
}
