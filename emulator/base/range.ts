import { hex } from './units.ts';

/** A range of physical addresses: `[baseBytes, baseBytes + sizeBytes)`. */
export interface PhysicalRange {
  readonly baseBytes: bigint;
  readonly sizeBytes: bigint;
}

/** The first address behind a range. */
export function rangeEnd(range: PhysicalRange): bigint {
  return range.baseBytes + range.sizeBytes;
}

export function rangesOverlap(a: PhysicalRange, b: PhysicalRange): boolean {
  return a.baseBytes < rangeEnd(b) && b.baseBytes < rangeEnd(a);
}

/** `0x40000000+0x2000000`, the form that options take. */
export function formatRange(range: PhysicalRange): string {
  return `${hex(range.baseBytes)}+${hex(range.sizeBytes)}`;
}
