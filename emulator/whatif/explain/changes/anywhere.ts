import { deleteProperty } from '../change.ts';
import type { ChangeKind } from '../failure.ts';
import { cmaValue, withCma } from './cma-parameter.ts';

/** A place that was asked for cannot be had, nor one near it: leave the place to the kernel. */
export const anywhere: ChangeKind = {
  name: 'anywhere',
  propose({ node, system }) {
    if (node !== undefined) {
      if (!node.has('alloc-ranges') || node.has('reg')) return [];
      return [{ says: `let ${node.path} lie anywhere`, change: deleteProperty(node.path, 'alloc-ranges') }];
    }
    const { bootargs } = system.environment.handoff;
    const value = cmaValue(bootargs);
    const [size = '', place] = (value ?? '').split('@');
    if (place === undefined) return [];
    const says = `ask for cma=${size} without a place`;
    return [{ says, change: { kind: 'bootargs', bootargs: withCma(bootargs, size) } }];
  },
};
