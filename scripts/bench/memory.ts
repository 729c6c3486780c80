import { boot } from '../../emulator/index.ts';
import { O_CLOEXEC, O_RDWR } from '../../emulator/linux/uapi/fcntl.ts';
import { MAP_SHARED, PROT_READ, PROT_WRITE } from '../../emulator/linux/uapi/mman.ts';
import { smallKernel } from '../../emulator/testing/small-kernel.ts';
import { spawnProcess } from '../../emulator/userland/process.ts';
import type { Measure, Subject } from './subject.ts';

const MiB = 1 << 20;

/** A process that maps a buffer, writes to its first page and unmaps it; and the whole way from open() to close(). */
export const mapAndTouch: Subject = {
  name: 'a buffer mapped, one page touched',
  timeMs: 1000,
  async prepare() {
    const system = await boot('hikey');
    const process = system.spawn();
    const one = Uint8Array.of(1);
    const measures = system.summary().heaps.flatMap((heap): Measure[] => {
      const heapFd = process.open(heap.path, O_RDWR | O_CLOEXEC);
      const whole = (length: number): Measure => ({
        name: `open, ALLOC, map, touch, close ${length / 1024} KiB, ${heap.kind}`,
        run: () => {
          const opened = process.open(heap.path, O_RDWR | O_CLOEXEC);
          const fd = process.dmaHeapAlloc(opened, length, O_RDWR | O_CLOEXEC);
          const address = process.mmap({ fd, length, prot: PROT_READ | PROT_WRITE, flags: MAP_SHARED });
          process.writeMemory(address, one);
          process.munmap(address, length);
          process.close(fd);
          process.close(opened);
        },
      });
      const mapped = [4096, MiB].map((length): Measure => {
        const fd = process.dmaHeapAlloc(heapFd, length, O_RDWR | O_CLOEXEC);
        return {
          name: `map, touch, unmap ${length / 1024} KiB, ${heap.kind}`,
          run: () => {
            const address = process.mmap({ fd, length, prot: PROT_READ | PROT_WRITE, flags: MAP_SHARED });
            process.writeMemory(address, one);
            process.munmap(address, length);
          },
        };
      });
      return [...mapped, whole(4096), whole(MiB)];
    });
    return { measures };
  },
};

const steps = 100_000;
/** Buffers that live at a time. */
const slots = 64;

/** Allocations of mixed sizes and lifetimes on a CMA heap. */
export const fragmentation: Subject = {
  name: 'fragmentation: mixed sizes and lifetimes on a CMA heap',
  timeMs: 3000,
  async prepare() {
    const kernel = smallKernel({ areas: [{ name: 'linux,cma', pageCount: 16_384 }] });
    const process = spawnProcess(kernel);
    const heap = process.open('/dev/dma_heap/linux,cma', O_RDWR | O_CLOEXEC);
    const live: (number | undefined)[] = Array.from({ length: slots }, () => undefined);
    let state = 1;
    const random = (below: number) => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      return Math.floor((state / 2 ** 32) * below);
    };
    const step = () => {
      const slot = random(slots);
      const fd = live[slot];
      if (fd !== undefined) process.close(fd);
      const pages = 1 + random(2 ** random(9));
      live[slot] =
        fd === undefined ? process.dmaHeapAlloc(heap, pages * 4096, O_RDWR | O_CLOEXEC) : undefined;
    };
    const run = () => {
      for (let done = 0; done < steps; done += 1) step();
    };
    return { measures: [{ name: '100,000 steps', run }] };
  },
};
