import { fileURLToPath } from 'node:url';
import { boot as bootSystem, loadDeviceTreeFile } from '../../emulator/index.ts';
import type { Subject } from './subject.ts';

const hikey = fileURLToPath(new URL('../../dts/hikey/hikey.dts', import.meta.url));

/** From a parsed tree to a running kernel with its heaps. */
export const boot: Subject = {
  name: 'boot of a parsed HiKey tree, in process',
  timeMs: 2000,
  async prepare() {
    const tree = await loadDeviceTreeFile(hikey);
    return {
      measures: [
        {
          name: 'boot',
          run: () => bootSystem(tree, { board: 'hikey' }),
          limit: { mostMilliseconds: 5 },
        },
      ],
    };
  },
};
