import type { BootSummary } from '../summary.ts';

/** Where a board's RAM goes; bytes. */
export interface RamUse {
  /** What the boot loader hands over. */
  readonly totalBytes: number;
  /** What the page allocator has: MemTotal, areas included. */
  readonly usableBytes: number;
  /** What regions keep for devices and firmware, and no CMA area lends out. */
  readonly reservedBytes: number;
  /** The rest: the kernel's image, page tables, the memory map and what else the boot takes. */
  readonly lostBytes: number;
}

const keeping: ReadonlySet<string> = new Set(['reserved', 'coherent', 'restricted']);

/** Adds up a boot's RAM. Regions outside RAM, or over each other, keep nothing twice. */
export function ramOf({ memory, meminfo, regions }: BootSummary): RamUse {
  const sum = (ranges: readonly { readonly size: string }[]) =>
    ranges.reduce((total, { size }) => total + Number(BigInt(size)), 0);
  const totalBytes = sum(memory);
  const usableBytes = meminfo.MemTotal ?? 0;
  const kept = regions.flatMap(({ state, base, size }) => {
    if (!keeping.has(state) || base === null) return [];
    return memory.flatMap((bank) => overlap({ base, size }, bank));
  });
  const reservedBytes = Number(unionBytes(kept));
  return {
    totalBytes,
    usableBytes,
    reservedBytes,
    lostBytes: Math.max(0, totalBytes - usableBytes - reservedBytes),
  };
}

interface Range {
  readonly base: string;
  readonly size: string;
}

interface Span {
  readonly start: bigint;
  readonly end: bigint;
}

function spanOf({ base, size }: Range): Span {
  return { start: BigInt(base), end: BigInt(base) + BigInt(size) };
}

const ascending = (values: readonly bigint[]) => values.toSorted((a, b) => (a < b ? -1 : 1));
const largest = (values: readonly bigint[]) => ascending(values).at(-1) ?? 0n;
const smallest = (values: readonly bigint[]) => ascending(values)[0] ?? 0n;

function overlap(one: Range, other: Range): readonly Span[] {
  const spans = [spanOf(one), spanOf(other)];
  const start = largest(spans.map((span) => span.start));
  const end = smallest(spans.map((span) => span.end));
  return start < end ? [{ start, end }] : [];
}

function unionBytes(spans: readonly Span[]): bigint {
  let total = 0n;
  let reached = 0n;
  for (const { start, end } of spans.toSorted((a, b) => (a.start < b.start ? -1 : 1))) {
    const from = largest([start, reached]);
    if (end > from) total += end - from;
    reached = largest([end, reached]);
  }
  return total;
}
