import type { InputError } from '../../base/input-error.ts';
import type { RunOutcome } from '../../userland/workload/outcome.ts';
import type { CheckDocument } from '../check/check.ts';
import type { ConsumerOutcome } from '../consumers/evaluate.ts';
import type { Explanation } from '../explain/explain.ts';
import type { BootSummary } from '../summary.ts';

/** What came of one side of a scenario. */
export interface Observed {
  /** The boot did not begin: the input was refused, with this message. */
  readonly refusal: InputError | undefined;
  /** As it was right after the boot. */
  readonly summary: BootSummary | undefined;
  /** Explains one thing of that boot; undefined where the boot did not begin. */
  readonly explain: ((subject: string) => Explanation) | undefined;
  /** What became of the consumers that were to be checked. */
  readonly consumers?: readonly ConsumerOutcome[] | undefined;
  /** What `heapboard check` says of it. */
  readonly check?: (() => CheckDocument) | undefined;
  /** What the workloads did; undefined where none ran. */
  readonly outcome: RunOutcome | undefined;
  /** The lines of the kernel log at the end, where workloads ran. */
  readonly log?: readonly string[] | undefined;
}

/** A point in which something expected was not seen. */
export interface Difference {
  readonly what: string;
  readonly expected: string;
  readonly seen: string;
}
