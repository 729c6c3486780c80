import { type PhysicalRange, rangeEnd } from '../../base/range.ts';
import { alignDown, alignUp } from '../../base/units.ts';
import type { Failure } from './failure.ts';

/** Ranges that were free when the failed boot ended. */
function freeRanges({ system }: Failure): readonly PhysicalRange[] {
  const ranges = [...system.environment.memblock.freeRanges()];
  return ranges.map(({ base, end }) => ({ baseBytes: base, sizeBytes: end - base }));
}

const most = 8;

/**
 * How many steps up and down a range would have to move to lie in free memory, nearest first. Step 1 is the nearest
 * multiple of the step in that direction. A guess by where memory was free: boots must prove it.
 */
export function stepsToFreePlaces(
  failure: Failure,
  range: PhysicalRange,
  stepBytes: bigint,
): { readonly up: readonly number[]; readonly down: readonly number[] } {
  const up = new Set<number>();
  const down = new Set<number>();
  for (const hole of freeRanges(failure)) {
    const lowest = alignUp(hole.baseBytes, stepBytes);
    const highest = alignDown(rangeEnd(hole) - range.sizeBytes, stepBytes);
    for (const place of [lowest, highest]) {
      if (place < hole.baseBytes || place + range.sizeBytes > rangeEnd(hole)) continue;
      if (place > range.baseBytes)
        up.add(Number((place - alignDown(range.baseBytes, stepBytes)) / stepBytes));
      if (place < range.baseBytes)
        down.add(Number((alignUp(range.baseBytes, stepBytes) - place) / stepBytes));
    }
  }
  const nearest = (steps: Set<number>) => [...steps].sort((a, b) => a - b).slice(0, most);
  return { up: nearest(up), down: nearest(down) };
}

/** The address that lies some steps above or below a base; step 1 is the nearest multiple there. */
export function stepped(baseBytes: bigint, stepBytes: bigint, step: number, upwards: boolean): bigint {
  if (step === 0) return baseBytes;
  return upwards
    ? alignDown(baseBytes, stepBytes) + BigInt(step) * stepBytes
    : alignUp(baseBytes, stepBytes) - BigInt(step) * stepBytes;
}

/** 1, 2, 4 … and the last one itself. */
export function doubling(last: number): readonly number[] {
  const steps: number[] = [];
  for (let step = 1; step < last; step *= 2) steps.push(step);
  return last > 0 ? [...steps, last] : [];
}
