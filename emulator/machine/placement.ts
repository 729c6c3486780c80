import { formatRange, type PhysicalRange, rangeEnd, rangesOverlap } from '../base/range.ts';
import { alignUp, MiB } from '../base/units.ts';
import type { DeviceTree } from '../devicetree/tree.ts';
import type { ArchitectureName } from './architecture.ts';
import { readRanges, rootCells } from './memory-nodes.ts';

const step = 2n * MiB;
/** The size that is assumed for a kernel image: text, data and bss of a usual distribution kernel. */
const assumedImageBytes = 32n * MiB;
/** Where an image begins behind a boundary. On arch arm its first page tables come before it. */
const imageOffset: Readonly<Record<ArchitectureName, { readonly into: bigint; readonly bytes: bigint }>> = {
  arm64: { into: step, bytes: assumedImageBytes },
  arm: { into: 0x8000n, bytes: 24n * MiB },
};

/** A range that the boot loader keeps clear of, and whose it is. */
export interface Occupied extends PhysicalRange {
  readonly owner: string;
}

/** What an assumed object must not touch: every `reg` under /reserved-memory and every /memreserve/ entry. */
export function occupiedByTree(tree: DeviceTree): readonly Occupied[] {
  const root = rootCells(tree);
  const parent = tree.node('/reserved-memory');
  const addressCells = parent?.addressCells ?? root.address;
  const sizeCells = parent?.sizeCells ?? root.size;
  const regions = (parent?.children ?? []).flatMap((node) => {
    const reg = node.property('reg');
    const ranges = reg === undefined ? [] : readRanges(reg, addressCells, sizeCells);
    return ranges.map((range) => ({ ...range, owner: node.path }));
  });
  const reservations = tree.reservations.map((range) => ({
    ...range,
    owner: `/memreserve/ ${formatRange(range)}`,
  }));
  return [...regions, ...reservations].filter((range) => range.sizeBytes > 0n);
}

/** A place that was assumed, and what it had to make way for. */
export interface AssumedPlace extends PhysicalRange {
  readonly bank: PhysicalRange;
  readonly madeWayFor: readonly Occupied[];
}

/**
 * The kernel image's assumed place: the first 2 MiB boundary at least 2 MiB into the lowest bank that holds it; on arch
 * arm 32 KiB behind the first boundary. Undefined where no bank does.
 */
export function assumeImage(
  banks: readonly PhysicalRange[],
  occupied: readonly Occupied[],
  architecture: ArchitectureName = 'arm64',
): AssumedPlace | undefined {
  const { into, bytes } = imageOffset[architecture];
  const whole = (into % step) + bytes;
  const found = firstPlace(
    byAddress(banks),
    whole,
    occupied,
    (bank) => bank.baseBytes + into - (into % step),
  );
  if (found === undefined) return undefined;
  return { ...found, baseBytes: found.baseBytes + (into % step), sizeBytes: bytes };
}

/**
 * The devicetree blob's assumed place: 128 MiB, or half the bank, into the bank that holds the kernel image;
 * into another one where it does not fit there.
 */
export function assumeBlob(
  banks: readonly PhysicalRange[],
  imageBank: PhysicalRange | undefined,
  sizeBytes: bigint,
  occupied: readonly Occupied[],
): AssumedPlace | undefined {
  const others = byAddress(banks).filter((bank) => bank !== imageBank);
  const order = imageBank === undefined ? others : [imageBank, ...others];
  return firstPlace(order, sizeBytes, occupied, (bank) => {
    const half = bank.sizeBytes / 2n;
    return bank.baseBytes + (half < 128n * MiB ? half : 128n * MiB);
  });
}

function byAddress(banks: readonly PhysicalRange[]): readonly PhysicalRange[] {
  return [...banks].sort((a, b) => (a.baseBytes < b.baseBytes ? -1 : a.baseBytes > b.baseBytes ? 1 : 0));
}

function firstPlace(
  banks: readonly PhysicalRange[],
  sizeBytes: bigint,
  occupied: readonly Occupied[],
  start: (bank: PhysicalRange) => bigint,
): AssumedPlace | undefined {
  for (const bank of banks) {
    const place = moveClear({ baseBytes: alignUp(start(bank), step), sizeBytes }, occupied, rangeEnd(bank));
    if (place !== undefined) return { ...place, bank };
  }
  return undefined;
}

/** Moves an object up, 2 MiB boundary by 2 MiB boundary, until it touches nothing; undefined where it ends first. */
function moveClear(
  wanted: PhysicalRange,
  occupied: readonly Occupied[],
  limit: bigint,
): Omit<AssumedPlace, 'bank'> | undefined {
  const madeWayFor: Occupied[] = [];
  let place = wanted;
  while (rangeEnd(place) <= limit) {
    const obstacle = occupied.find((range) => rangesOverlap(range, place));
    if (obstacle === undefined) return { ...place, madeWayFor };
    madeWayFor.push(obstacle);
    place = { ...place, baseBytes: alignUp(rangeEnd(obstacle), step) };
  }
  return undefined;
}
