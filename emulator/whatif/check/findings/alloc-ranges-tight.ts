import { commonRange, formatRange, type PhysicalRange, rangeEnd } from '../../../base/range.ts';
import { alignDown, formatSize, hex, MiB } from '../../../base/units.ts';
import { FlatTree } from '../../../linux/drivers/of/flat-tree.ts';
import { memoryBanks } from '../../../machine/memory-nodes.ts';
import type { BootContext } from '../context.ts';
import type { BootRule, Sighting } from '../rule.ts';

/** A region that fits into its alloc-ranges only while the boot loader puts nothing in the middle of them. */
export const allocRangesTight: BootRule = {
  id: 'alloc-ranges-tight',
  looksAt: 'boot',
  severity: 'note',
  explanation:
    'A pool has more than half of the only place where its alloc-ranges let it lie. Where the boot loader puts the blob or an initrd there, what is left in one piece is too small, and the pool is lost. State where they lie with --dtb-at and --initrd to be sure.',
  find: (context) =>
    context.system.booted
      ? context.system.environment.regions.flatMap((region) => tight(context, region.nodePath))
      : [],
};

function tight(context: BootContext, nodePath: string): readonly Sighting[] {
  const { system, tree } = context;
  const region = system.environment.regions.find((one) => one.nodePath === nodePath);
  const property = region?.node.property('alloc-ranges');
  const { dtb } = system.environment.handoff;
  const isPlaced = region !== undefined && region.state === 'cma' && !region.node.has('reg');
  if (!isPlaced || property === undefined || dtb.certainty !== 'assumed') return [];
  const windows = new FlatTree(tree)
    .pairs(property)
    .map(({ base, size }) => ({ baseBytes: base, sizeBytes: size }));
  const room = windows.flatMap((window) =>
    memoryBanks(tree).flatMap((bank) => commonRange(window, bank) ?? []),
  );
  const [only] = room;
  // In several pieces of RAM one object cannot be in the way of all.
  if (only === undefined || room.length > 1 || region.sizeBytes * 2n <= only.sizeBytes) return [];
  const place = middleOf(only, dtb.sizeBytes);
  const after = context.boot([{ kind: 'placement', object: 'dtb', range: place }]);
  const later = after?.environment.regions.find((one) => one.nodePath === nodePath);
  if (later === undefined || later.state === 'cma') return [];
  return [
    {
      subject: nodePath,
      message: `${nodePath} gets its ${formatSize(region.sizeBytes)} of [${hex(only.baseBytes)}, ${hex(rangeEnd(only))}) by luck: with the blob at ${formatRange(place)} it gets nothing`,
      position: tree.positionOf(region.node, 'alloc-ranges'),
    },
  ];
}

function middleOf({ baseBytes, sizeBytes }: PhysicalRange, objectBytes: bigint): PhysicalRange {
  return { baseBytes: alignDown(baseBytes + sizeBytes / 2n, 2n * MiB), sizeBytes: objectBytes };
}
