import { formatSize, hex } from '../../../base/units.ts';
import type { DtNode } from '../../../devicetree/tree.ts';
import { FlatTree } from '../../../linux/drivers/of/flat-tree.ts';
import type { BootRule, Sighting } from '../rule.ts';

/** Sizes and ends of ranges that the tree's cells cannot hold. */
export const sizeOverflow: BootRule = {
  id: 'size-overflow',
  looksAt: 'boot',
  severity: 'error',
  explanation:
    'With #address-cells or #size-cells of 1 a number has 32 bits: 4 GiB is the first size that does not fit, and a range that ends above 4 GiB wraps around to its start. The root and /reserved-memory need <2> for both.',
  find: ({ system, tree }) =>
    system.environment.regions
      .filter(({ state }) => state !== 'disabled')
      .flatMap(({ node, nodePath }): readonly Sighting[] => {
        const [found] = overflows(new FlatTree(tree), node);
        if (found === undefined) return [];
        const { property, says } = found;
        return [
          {
            subject: nodePath,
            message: `${property} of ${nodePath}: ${says}`,
            position: tree.positionOf(node, property),
          },
        ];
      }),
};

interface Overflow {
  readonly property: string;
  readonly says: string;
}

function overflows(flat: FlatTree, node: DtNode): readonly Overflow[] {
  const { addressCells, sizeCells } = flat;
  const size = node.property('size');
  const stated = size?.number(0, size.cells.length) ?? 0n;
  const tooWide: readonly Overflow[] =
    size !== undefined && size.cells.length > sizeCells && stated >> BigInt(32 * sizeCells) !== 0n
      ? [{ property: 'size', says: `${formatSize(stated)} do not fit into ${cellText(sizeCells)}` }]
      : [];
  const wrapped = ['reg', 'alloc-ranges'].flatMap((name): readonly Overflow[] => {
    const property = node.property(name);
    const pairs = property === undefined ? [] : flat.pairs(property);
    const over = pairs.find((pair) => pair.base + pair.size > 1n << BigInt(32 * Math.min(2, addressCells)));
    if (over === undefined) return [];
    const end = hex(over.base + over.size);
    return [
      {
        property: name,
        says: `${hex(over.base)}+${hex(over.size)} ends at ${end}, beyond ${cellText(addressCells)}`,
      },
    ];
  });
  return [...tooWide, ...wrapped];
}

function cellText(cells: number): string {
  return cells === 1 ? 'one cell' : `${cells} cells`;
}
