import { commonRange, joinRanges, type PhysicalRange } from '../../base/range.ts';
import type { DeviceTree } from '../../devicetree/tree.ts';
import { memoryBanks } from '../../machine/memory-nodes.ts';

/** The banks of RAM, those that touch as one. */
export function wholeBanks(tree: DeviceTree): readonly PhysicalRange[] {
  return joinRanges(memoryBanks(tree));
}

/** How many bytes of a range are RAM. */
export function bytesInRam(range: PhysicalRange, banks: readonly PhysicalRange[]): bigint {
  return banks.reduce((sum, bank) => sum + (commonRange(range, bank)?.sizeBytes ?? 0n), 0n);
}
