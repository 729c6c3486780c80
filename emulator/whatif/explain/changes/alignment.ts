import { formatSize, hex } from '../../../base/units.ts';
import { FlatTree } from '../../../linux/drivers/of/flat-tree.ts';
import { setProperty } from '../change.ts';
import type { ChangeKind } from '../failure.ts';
import { doubling } from '../places.ts';

/** An alignment that no free range has: halve it until one has. */
export const alignment: ChangeKind = {
  name: 'alignment',
  propose({ node, system, areaUnitBytes, pageBytes }) {
    const property = node?.property('alignment');
    if (node === undefined || property === undefined) return [];
    const stated = new FlatTree(system.environment.handoff.tree).address(property);
    if (stated === undefined || stated === 0n) return [];
    const least = areaUnitBytes < stated ? areaUnitBytes : pageBytes;
    const highest = 1n << BigInt(stated.toString(2).length - 1);
    const isPower = highest === stated;
    const steps = Math.max(0, (highest / least).toString(2).length - (isPower ? 1 : 0));
    return [
      {
        probes: doubling(steps),
        at: (step) => {
          const value = step === 0 ? stated : highest >> BigInt(step - (isPower ? 0 : 1));
          if (value === 0n) return undefined;
          return {
            says: `let ${node.path} be aligned to ${formatSize(value)} only`,
            change: setProperty(node.path, 'alignment', hex(value)),
          };
        },
      },
    ];
  },
};
