import type { DmaFence } from './dma-fence.ts';

/** A buffer's fences. Plays drivers/dma-buf/dma-resv.c as of 5.19. */

/** What a fence is about, most important first: enum dma_resv_usage. */
const resvUsage = { kernel: 0, write: 1, read: 2, bookkeep: 3 } as const;

export type ResvUsageName = keyof typeof resvUsage;

export interface ResvEntry {
  readonly fence: DmaFence;
  readonly usage: ResvUsageName;
}

/** The fences that users of a buffer left for each other. */
export class Reservation {
  #entries: ResvEntry[] = [];

  get entries(): readonly ResvEntry[] {
    return this.#entries;
  }

  /** dma_resv_add_fence(): takes the place of one that is done, or of an older one of the same time line. */
  add(fence: DmaFence, usage: ResvUsageName): void {
    const isReplaced = ({ fence: old, usage: oldUsage }: ResvEntry) =>
      old.isSignalled ||
      (old.context === fence.context &&
        resvUsage[oldUsage] >= resvUsage[usage] &&
        fence.sequenceNumber >= old.sequenceNumber);
    const index = this.#entries.findIndex(isReplaced);
    if (index >= 0) this.#entries[index] = { fence, usage };
    else this.#entries.push({ fence, usage });
  }

  /** The fences that an access must wait for: a reader for the writers, a writer for all. */
  fencesFor(access: 'read' | 'write'): readonly DmaFence[] {
    const limit = resvUsage[access === 'write' ? 'read' : 'write'];
    return this.#entries.filter(({ usage }) => resvUsage[usage] <= limit).map(({ fence }) => fence);
  }

  /** Those of `fencesFor` that are not done. */
  pendingFor(access: 'read' | 'write'): readonly DmaFence[] {
    return this.fencesFor(access).filter((fence) => !fence.isSignalled);
  }
}
