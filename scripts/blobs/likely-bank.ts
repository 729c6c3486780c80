import type { PhysicalRange } from '../../emulator/base/range.ts';
import type { DeviceTree } from '../../emulator/devicetree/tree.ts';

const gibibyte = 1n << 30n;

/** The address that a region's `reg` states; undefined where it has none. */
export function statedBase(tree: DeviceTree | undefined, path: string): bigint | undefined {
  const region = tree?.node(path);
  return region?.property('reg')?.number(0, region.parent?.addressCells ?? 2);
}

/** RAM for a tree that leaves it to the boot loader: 3 GiB from the gibibyte of its lowest region on. */
export function likelyBank(tree: DeviceTree): PhysicalRange {
  const reserved = tree.node('/reserved-memory');
  const bases = (reserved?.children ?? []).flatMap(({ path }) => {
    const base = statedBase(tree, path);
    return base === undefined ? [] : [base];
  });
  const lowest = bases.reduce<bigint | undefined>((a, b) => (a === undefined || b < a ? b : a), undefined);
  return { baseBytes: ((lowest ?? gibibyte) / gibibyte) * gibibyte, sizeBytes: 3n * gibibyte };
}
