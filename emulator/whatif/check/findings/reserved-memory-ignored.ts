import { setProperty } from '../../explain/change.ts';
import type { BootRule, Cure } from '../rule.ts';

const path = '/reserved-memory';

/** /reserved-memory has another form than the kernel wants, and so does not count at all. */
export const reservedMemoryIgnored: BootRule = {
  id: 'reserved-memory-ignored',
  looksAt: 'boot',
  severity: 'error',
  explanation:
    "/reserved-memory needs a ranges property, and the root's #address-cells and #size-cells as its own. Otherwise the kernel ignores the whole node with one line in its log: firmware's memory is not protected, and there are no pools.",
  find({ system, tree }) {
    const { decisions, regions } = system.environment;
    const decision = decisions.all.find(({ rule }) => rule === 'reserved-memory/format');
    if (decision === undefined) return [];
    const names = regions.map(({ name }) => name);
    const lost = names.length === 0 ? 'there are no regions in it' : `lost are ${names.join(', ')}`;
    const cells = [
      setProperty(path, '#address-cells', `<${tree.root.addressCells ?? 1}>`),
      setProperty(path, '#size-cells', `<${tree.root.sizeCells ?? 1}>`),
    ];
    const ranges = setProperty(path, 'ranges', '');
    return [
      {
        subject: path,
        message: `${decision.outcome}; ${lost}`,
        position: decision.position,
        cures: (): readonly Cure[] => [
          { says: 'give it a ranges property', changes: [ranges] },
          { says: "give it the root's cells", changes: cells },
          { says: "give it ranges and the root's cells", changes: [ranges, ...cells] },
        ],
      },
    ];
  },
};
