import { beforeEach, describe, expect, it } from 'vitest';
import { failure } from '../../../../testing/failures.ts';
import { openHeap } from '../../../../testing/open-heap.ts';
import type { Process } from '../../../../userland/process.ts';
import type { Kernel } from '../../../init/kernel.ts';
import { O_RDWR } from '../../../uapi/fcntl.ts';
import { MAP_PRIVATE, MAP_SHARED, MREMAP_MAYMOVE, PROT_READ, PROT_WRITE } from '../../../uapi/mman.ts';
import { signals } from '../../../uapi/signal.ts';

let kernel: Kernel;
let process: Process;
let heap: number;

function boot(release = '6.1'): void {
  ({ kernel, process, heap } = openHeap('linux,cma', { release }));
}

beforeEach(() => boot());

describe('a buffer of a CMA heap', () => {
  it('is one run of pages, aligned to its size up to 1 MiB', () => {
    const base = kernel.cma.all[0]?.basePfn ?? 0;
    const place = (sizeBytes: number) => {
      process.dmaHeapAlloc(heap, sizeBytes, O_RDWR);
      return (kernel.dmaBufs.live.at(-1)?.operations.pageAt(0) ?? 0) - base;
    };
    // The atomic pools of the boot hold the first 96 pages.
    expect([place(4096), place(12288), place(1 << 20), place(3 << 20), place(65536)]).toEqual([
      96, 100, 256, 512, 112,
    ]);
  });

  it('is ENOMEM where the area has no such run, whatever the area said', () => {
    for (const [length, silent] of [
      [32 << 20, false],
      [33 << 20, true],
    ] as const) {
      const mark = kernel.log.mark;
      expect(() => process.dmaHeapAlloc(heap, length, O_RDWR)).toThrow(failure('ENOMEM'));
      expect(kernel.log.since(mark)).toHaveLength(silent ? 0 : 1);
    }
  });

  it('cannot be mapped privately', () => {
    const fd = process.dmaHeapAlloc(heap, 4096, O_RDWR);
    expect(() => process.mmap({ fd, length: 4096, prot: PROT_READ, flags: MAP_PRIVATE })).toThrow(
      failure('EINVAL'),
    );
  });

  it('ends in SIGBUS where an older release lets its mapping grow', () => {
    const fd = process.dmaHeapAlloc(heap, 4096, O_RDWR);
    const address = process.mmap({ fd, length: 4096, prot: PROT_READ | PROT_WRITE, flags: MAP_SHARED });
    const grown = process.syscall('mremap', address, 4096, 8192, MREMAP_MAYMOVE);
    process.onSignal(signals.SIGBUS, () => {});
    expect(() => process.memory.read(grown + 4096, 1)).toThrow('SIGBUS');
  });

  it('does not let its mapping grow where pages are mapped by number', () => {
    boot('6.12');
    const fd = process.dmaHeapAlloc(heap, 4096, O_RDWR);
    const address = process.mmap({ fd, length: 4096, prot: PROT_READ | PROT_WRITE, flags: MAP_SHARED });
    expect(() => process.syscall('mremap', address, 4096, 8192, MREMAP_MAYMOVE)).toThrow(failure('EFAULT'));
  });

  it('carries the name of the heap through which it came', () => {
    boot('7.3');
    const twin = process.open('/dev/dma_heap/default_cma_region', O_RDWR);
    const names = [heap, twin].map((fd) => {
      const text = process.readFile(`/proc/self/fdinfo/${process.dmaHeapAlloc(fd, 4096, O_RDWR)}`);
      return /exp_name:\t(.*)/.exec(text)?.[1];
    });
    expect(names).toEqual(['linux,cma', 'default_cma_region']);
  });
});
