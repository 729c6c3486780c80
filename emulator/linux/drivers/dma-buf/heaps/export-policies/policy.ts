import type { EarlyKernel } from '../../../../init/kernel.ts';
import type { CmaArea } from '../../../../mm/cma.ts';

/** A heap that a policy wants. */
export interface HeapPlan {
  readonly name: string;
  readonly area: CmaArea;
  /** Why, as the first half of a sentence. */
  readonly reason: string;
  /** Whether the driver gives up where this heap cannot be added. */
  readonly required: boolean;
}

/** Decides which CMA areas become heaps, under which names and in which order. */
export interface ExportPolicy {
  readonly name: string;
  /** One line for lists of policies. */
  readonly summary: string;
  heaps(early: EarlyKernel): readonly HeapPlan[];
}
