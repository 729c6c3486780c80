import { type PhysicalRange, rangeEnd } from '../../../base/range.ts';
import { alignDown, alignUp, hex } from '../../../base/units.ts';
import type { ChangeKind, Failure, Proposal } from '../failure.ts';
import { rangesOf, setRanges } from '../node-ranges.ts';
import { doubling, stepped } from '../places.ts';
import { wantedState } from '../wish.ts';

/** Windows in which nothing fits: widen one upwards or downwards as little as helps. */
export const allocRanges: ChangeKind = {
  name: 'alloc-ranges',
  propose(failure) {
    const { node } = failure;
    if (node?.has('alloc-ranges') !== true || node.has('reg')) return [];
    const windows = rangesOf(failure, node, 'alloc-ranges');
    return windows.flatMap((_, index) => widen(failure, windows, index));
  },
};

function widen(failure: Failure, windows: readonly PhysicalRange[], index: number): readonly Proposal[] {
  const { node, system, areaUnitBytes, pageBytes } = failure;
  const window = windows[index];
  if (node === undefined || window === undefined) return [];
  const step = wantedState(node) === 'cma' ? areaUnitBytes : pageBytes;
  const { startOfMemory, endOfMemory } = system.environment.memblock;
  const replaced = (range: PhysicalRange) => {
    if (range.baseBytes < 0n || range.sizeBytes <= 0n) return undefined;
    const change = setRanges(
      node,
      'alloc-ranges',
      windows.map((one, at) => (at === index ? range : one)),
    );
    return { says: `let ${node.path} lie in [${hex(range.baseBytes)}, ${hex(rangeEnd(range))})`, change };
  };
  const upTo = Number((alignUp(endOfMemory, step) - alignDown(rangeEnd(window), step)) / step);
  const downTo = Number((alignUp(window.baseBytes, step) - alignDown(startOfMemory, step)) / step);
  return [
    {
      probes: doubling(upTo),
      at: (count) => {
        const end = stepped(rangeEnd(window), step, count, true);
        return replaced({ baseBytes: window.baseBytes, sizeBytes: end - window.baseBytes });
      },
    },
    {
      probes: doubling(downTo),
      at: (count) => {
        const base = stepped(window.baseBytes, step, count, false);
        return replaced({ baseBytes: base, sizeBytes: rangeEnd(window) - base });
      },
    },
  ];
}
