import type { Errno } from '../../uapi/errno.ts';

/**
 * Failures that somebody asked for, at places where a real kernel fails only when it is short of memory. Plays
 * lib/fault-inject.c; places are named instead of found by call stack.
 */

/** Where a failure can be asked for. */
export type FaultPoint =
  /** dma_heap_add(): memory for the heap object. */
  | 'dma-heap/object'
  /** dma_heap_add(): memory for the minor's entry. */
  | 'dma-heap/minor'
  /** dma_heap_add(): cdev_add(). */
  | 'dma-heap/char-device'
  /** dma_heap_add(): device_create(). */
  | 'dma-heap/device'
  /** of_reserved_mem_device_init(): memory for the record of the assignment. */
  | 'reserved-memory/assignment';

interface Plan {
  readonly result: Errno;
  skip: number;
  times: number;
}

/** The failures that are still to come. */
export class Faults {
  readonly #plans = new Map<FaultPoint, Plan>();

  /** Makes a place fail with `result` (negative) for `times` times, after it has worked `skip` times. */
  arm(point: FaultPoint, result: Errno, { skip = 0, times = 1 } = {}): void {
    this.#plans.set(point, { result, skip, times });
  }

  /** 0, or the -errno with which this place fails now. */
  at(point: FaultPoint): Errno {
    const plan = this.#plans.get(point);
    if (plan === undefined) return 0;
    if (plan.skip > 0) {
      plan.skip -= 1;
      return 0;
    }
    plan.times -= 1;
    if (plan.times <= 0) this.#plans.delete(point);
    return plan.result;
  }
}
