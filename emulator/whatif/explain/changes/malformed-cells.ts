import { formatRange } from '../../../base/range.ts';
import { formatSize, hex } from '../../../base/units.ts';
import { FlatTree } from '../../../linux/drivers/of/flat-tree.ts';
import { deleteProperty, setProperty } from '../change.ts';
import type { ChangeKind, Failure, Proposal } from '../failure.ts';

/** Properties with too few or too many cells: write the number that was meant as wide as the tree wants it. */
export const malformedCells: ChangeKind = {
  name: 'malformed-cells',
  propose: (failure) => [...numbers(failure), ...ranges(failure), ...emptyReg(failure)],
};

function numbers({ node, system }: Failure): readonly Proposal[] {
  const { sizeCells, addressCells } = new FlatTree(system.environment.handoff.tree);
  const widths = [
    ['size', sizeCells],
    ['alignment', addressCells],
  ] as const;
  return widths.flatMap(([name, cells]) => {
    const property = node?.property(name);
    if (node === undefined || property === undefined || property.cells.length === cells) return [];
    const value = property.number(0, property.cells.length) ?? 0n;
    return [
      {
        says: `write the ${name} of ${node.path}, ${formatSize(value)}, in ${cells} cells`,
        change: setProperty(node.path, name, hex(value)),
      },
    ];
  });
}

/** A list of one range whose size lost its upper cells. */
function ranges({ node, system }: Failure): readonly Proposal[] {
  const { addressCells, pairBytes } = new FlatTree(system.environment.handoff.tree);
  return ['reg', 'alloc-ranges'].flatMap((name) => {
    const property = node?.property(name);
    const count = property?.cells.length ?? 0;
    if (node === undefined || property === undefined || count * 4 >= pairBytes || count <= addressCells)
      return [];
    const baseBytes = property.number(0, addressCells) ?? 0n;
    const sizeBytes = property.number(addressCells, count - addressCells) ?? 0n;
    const range = formatRange({ baseBytes, sizeBytes });
    return [
      {
        says: `write the ${name} of ${node.path}, ${range}, in ${pairBytes / 4} cells`,
        change: setProperty(node.path, name, range),
      },
    ];
  });
}

function emptyReg({ node }: Failure): readonly Proposal[] {
  if (node?.property('reg')?.bytes.length !== 0) return [];
  return [
    {
      says: `take the empty reg of ${node.path} away, so that its size counts`,
      change: deleteProperty(node.path, 'reg'),
    },
  ];
}
