import { memoryNodes } from '../../../machine/memory-nodes.ts';
import type { TreeRule } from '../rule.ts';

/** A tree whose RAM is left to the boot loader. */
export const memoryEmpty: TreeRule = {
  id: 'memory-empty',
  looksAt: 'tree',
  severity: 'error',
  explanation:
    'The memory node is missing or has size 0: a boot loader has to fill it in. One that does not leaves the kernel without RAM, and nothing can be foretold of such a tree until RAM is stated, by --memory or a board profile.',
  find({ refusal, tree }) {
    if (refusal === undefined) return [];
    const [node] = memoryNodes(tree);
    return [
      {
        subject: node?.path ?? '/memory',
        message: refusal.message,
        position: tree.positionOf(node ?? tree.root, 'reg'),
      },
    ];
  },
};
