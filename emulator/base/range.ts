import { hex, parseSize, smaller } from './units.ts';

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

/** What two ranges have in common; undefined where that is nothing. */
export function commonRange(a: PhysicalRange, b: PhysicalRange): PhysicalRange | undefined {
  const [, baseBytes = 0n] = [a.baseBytes, b.baseBytes].toSorted((one, other) => (one < other ? -1 : 1));
  const end = smaller(rangeEnd(a), rangeEnd(b));
  return baseBytes < end ? { baseBytes, sizeBytes: end - baseBytes } : undefined;
}

/** `0x40000000+0x2000000`, the form that options take. */
export function formatRange(range: PhysicalRange): string {
  return `${hex(range.baseBytes)}+${hex(range.sizeBytes)}`;
}

/** Reads `BASE+SIZE`, both as people write sizes: `0x40000000+1G`. Undefined where the text is no such range. */
export function parseRange(text: string): PhysicalRange | undefined {
  const parts = text.split('+');
  const [base, size] = parts;
  if (parts.length !== 2 || base === undefined || size === undefined) return undefined;
  const baseBytes = parseSize(base);
  const sizeBytes = parseSize(size);
  return baseBytes === undefined || sizeBytes === undefined ? undefined : { baseBytes, sizeBytes };
}

/** The same addresses as few ranges as can be, lowest first. */
export function joinRanges(ranges: readonly PhysicalRange[]): readonly PhysicalRange[] {
  const joined: PhysicalRange[] = [];
  for (const range of ranges.toSorted((a, b) => (a.baseBytes < b.baseBytes ? -1 : 1))) {
    const last = joined.at(-1);
    if (last === undefined || range.baseBytes > rangeEnd(last)) {
      joined.push({ baseBytes: range.baseBytes, sizeBytes: range.sizeBytes });
      continue;
    }
    if (rangeEnd(range) <= rangeEnd(last)) continue;
    joined[joined.length - 1] = { baseBytes: last.baseBytes, sizeBytes: rangeEnd(range) - last.baseBytes };
  }
  return joined;
}
