import { boot } from '../../emulator/index.ts';
import { O_CLOEXEC, O_RDWR } from '../../emulator/linux/uapi/fcntl.ts';
import type { Measure, Subject } from './subject.ts';

const sizes: readonly (readonly [string, number])[] = [
  ['4 KiB', 4096],
  ['1 MiB', 1 << 20],
  ['64 MiB', 64 << 20],
];

/** A process that allocates a buffer and closes it, through the system-call table. */
export const allocClose: Subject = {
  name: 'ALLOC and close',
  timeMs: 1000,
  async prepare() {
    const system = await boot('hikey');
    const process = system.spawn();
    const measures = system.summary().heaps.flatMap((heap): Measure[] => {
      const heapFd = process.open(heap.path, O_RDWR | O_CLOEXEC);
      return sizes.map(([name, size]) => ({
        name: `${name}, ${heap.kind}`,
        run: () => process.close(process.dmaHeapAlloc(heapFd, size, O_RDWR | O_CLOEXEC)),
      }));
    });
    return { measures };
  },
};
