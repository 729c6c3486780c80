import { bootTree } from '../../emulator/whatif/boot-tree.ts';
import { chooseKernel } from '../../emulator/whatif/kernel-choice.ts';
import { loadInput } from '../../emulator/whatif/load-input.ts';
import type { Subject } from './subject.ts';

/** From a parsed tree to a running kernel with its heaps; tree, profile and configuration are loaded before. */
export const boot: Subject = {
  name: 'boot of a parsed HiKey tree, in process',
  timeMs: 2000,
  async prepare() {
    const { tree, board } = await loadInput('hikey', {});
    const kernel = chooseKernel({}, board, () => {
      throw new Error('the board names no configuration file');
    });
    const run = () => bootTree({ ...kernel, tree, profile: board });
    return { measures: [{ name: 'HiKey', run }] };
  },
};
