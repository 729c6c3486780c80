import type { PhysicalRange } from '../../base/range.ts';
import { formatRange } from '../../base/range.ts';
import type { DtNode } from '../../devicetree/tree.ts';
import { FlatTree } from '../../linux/drivers/of/flat-tree.ts';
import { type Change, setProperty } from './change.ts';
import type { Failure } from './failure.ts';

/** The ranges that `reg` or `alloc-ranges` of a node states; none where it is absent or malformed. */
export function rangesOf({ system }: Failure, node: DtNode, property: string): readonly PhysicalRange[] {
  const flat = new FlatTree(system.environment.handoff.tree);
  const value = node.property(property);
  if (value === undefined || value.bytes.length % flat.pairBytes !== 0) return [];
  return flat.pairs(value).map(({ base, size }) => ({ baseBytes: base, sizeBytes: size }));
}

/** Sets `reg` or `alloc-ranges` to ranges. */
export function setRanges(node: DtNode, property: string, ranges: readonly PhysicalRange[]): Change {
  return setProperty(node.path, property, ranges.map(formatRange).join(','));
}
