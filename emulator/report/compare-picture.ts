import type { CompareDocument } from '../whatif/compare/compare.ts';
import { type ComparedBoard, drawComparison } from './pictures/comparison.ts';
import type { DrawnPicture } from './pictures/memory-map.ts';

/** What each compared board spends its RAM on, as a picture. */
export function comparePicture({ columns }: CompareDocument): DrawnPicture {
  const boards = columns.map(
    ({ name, release, heaps, ram, cma }): ComparedBoard => ({
      name,
      note: `Linux ${release}, ${heaps.length === 0 ? 'no heaps' : `heaps ${heaps.join(', ')}`}`,
      parts: [
        { kind: 'kernel', bytes: ram.lostBytes },
        { kind: 'reserved', bytes: ram.reservedBytes },
        { kind: 'cma', bytes: cma.heldBytes },
        { kind: 'usable', bytes: Math.max(0, ram.usableBytes - cma.heldBytes) },
      ],
    }),
  );
  return drawComparison('What RAM is spent on', boards);
}
