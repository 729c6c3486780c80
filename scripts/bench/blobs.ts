import { readFileSync } from 'node:fs';
import { readFdt } from '../../emulator/devicetree/fdt.ts';
import { memoryBanks } from '../../emulator/machine/memory-nodes.ts';
import { bootTree } from '../../emulator/whatif/boot-tree.ts';
import { chooseKernel } from '../../emulator/whatif/kernel-choice.ts';
import { likelyBank } from '../blobs/likely-bank.ts';
import { realBlobFile, realBlobs } from '../blobs/subjects.ts';
import type { Spread } from './subject.ts';

/** From the bytes of each real blob to a running kernel, in process; files are read before. */
export const blobs: Spread = {
  name: 'real blobs, read and booted in process',
  things: 'blobs',
  rounds: 5,
  async prepare() {
    const names = realBlobs();
    if (names.length === 0) throw new Error('no real blobs; scripts/fetch-blobs brings them');
    const kernel = chooseKernel({}, undefined, () => {
      throw new Error('no configuration file is needed');
    });
    return names.map((name) => {
      const bytes = new Uint8Array(readFileSync(realBlobFile(name)));
      const known = readFdt(bytes, name);
      const memory = memoryBanks(known).length === 0 ? [likelyBank(known)] : undefined;
      return () => bootTree({ ...kernel, tree: readFdt(bytes, name), profile: undefined, memory });
    });
  },
};
