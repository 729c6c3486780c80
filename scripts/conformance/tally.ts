import type { ExpectedDifferences } from './differences.ts';
import type { Fact } from './fact.ts';

/** A difference, and whether the list of expected ones has it. */
export interface Difference {
  readonly record: string;
  readonly fact: Fact;
  readonly listed: boolean;
}

/** What came out for one kernel. */
export interface KernelTally {
  readonly kernel: string;
  /** `boots` or `runs of calls`. */
  readonly unit: string;
  readonly replayed: number;
  /** Replayed ones of which every fact is equal. */
  readonly whole: number;
  readonly skipped: ReadonlyMap<string, number>;
  readonly compared: ReadonlyMap<string, number>;
  readonly equal: ReadonlyMap<string, number>;
  readonly differences: readonly Difference[];
}

const add = (counts: Map<string, number>, key: string, by = 1) =>
  counts.set(key, (counts.get(key) ?? 0) + by);

/** Collects the facts of one kernel. */
export class Tally {
  readonly #kernel: string;
  readonly #unit: string;
  readonly #expected: ExpectedDifferences;
  readonly #skipped = new Map<string, number>();
  readonly #compared = new Map<string, number>();
  readonly #equal = new Map<string, number>();
  readonly #differences: Difference[] = [];
  #replayed = 0;
  #whole = 0;

  constructor(kernel: string, unit: string, expected: ExpectedDifferences) {
    this.#kernel = kernel;
    this.#unit = unit;
    this.#expected = expected;
  }

  skip(reason: string): void {
    add(this.#skipped, reason);
  }

  /** Takes the facts of one record, by the record's name without the kernel. */
  take(name: string, facts: readonly Fact[]): void {
    const record = `${this.#kernel}/${name}`;
    this.#replayed += 1;
    for (const fact of facts) {
      add(this.#compared, fact.field);
      if (fact.equal) add(this.#equal, fact.field);
      else this.#differences.push({ record, fact, listed: this.#expected.meet(record, fact) });
    }
    if (facts.every((fact) => fact.equal)) this.#whole += 1;
  }

  get result(): KernelTally {
    return {
      kernel: this.#kernel,
      unit: this.#unit,
      replayed: this.#replayed,
      whole: this.#whole,
      skipped: this.#skipped,
      compared: this.#compared,
      equal: this.#equal,
      differences: this.#differences,
    };
  }
}
