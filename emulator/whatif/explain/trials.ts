import { InputError } from '../../base/input-error.ts';
import { rangeEnd, rangesOverlap } from '../../base/range.ts';
import { type BootRequest, bootUp } from '../boot-tree.ts';
import type { System } from '../system.ts';
import { type Change, optionOf, withChange } from './change.ts';
import { liesAlone, takesFromNobody, type Wish } from './wish.ts';

/** Boots changed requests and says whether each grants a wish. Each change is booted once. */
export class Trials {
  readonly #request: BootRequest;
  readonly #before: System;
  readonly #wish: Wish;
  readonly #known = new Map<string, System | undefined>();
  /** How many boots it took. */
  boots = 0;

  constructor(request: BootRequest, before: System, wish: Wish) {
    this.#request = request;
    this.#before = before;
    this.#wish = wish;
  }

  /** Whether a change grants the wish, or `leastBytes` of it, and takes from nobody else. */
  grants(change: Change, leastBytes?: bigint): boolean {
    const after = this.boot(change);
    if (after === undefined || !this.#wish.isGranted(after, leastBytes)) return false;
    return takesFromNobody(this.#before, after) && this.#isSound(change, after);
  }

  /** The system that a change makes; undefined where the change cannot be made. */
  boot(change: Change): System | undefined {
    const key = optionOf(change).join(' ');
    if (!this.#known.has(key)) this.#known.set(key, this.#try(change));
    return this.#known.get(key);
  }

  #try(change: Change): System | undefined {
    try {
      const request = withChange(this.#request, change);
      this.boots += 1;
      return bootUp(request);
    } catch (error) {
      if (error instanceof InputError) return undefined;
      throw error;
    }
  }

  /** The kernel lets things lie upon each other; a proposal may not rely on that. */
  #isSound(change: Change, after: System): boolean {
    if (change.kind === 'edit') {
      const path = change.edit.text.replace(/:.*$/, '');
      return liesAlone(after, path);
    }
    if (change.kind !== 'placement') return true;
    const { memblock, handoff, regions } = after.environment;
    const range = change.range;
    const others = [
      handoff.kernelImage,
      handoff.dtb,
      ...(handoff.initrd === undefined ? [] : [handoff.initrd]),
    ];
    const inRam = memblock.memory.regions.some(
      ({ base, end }) => base <= range.baseBytes && rangeEnd(range) <= end,
    );
    const apart = others.filter((other) => rangesOverlap(other, range)).length === 1;
    const onRegion = regions.some(({ baseBytes, sizeBytes }) => {
      return baseBytes !== undefined && sizeBytes > 0n && rangesOverlap({ baseBytes, sizeBytes }, range);
    });
    return inRam && apart && !onRegion;
  }
}
