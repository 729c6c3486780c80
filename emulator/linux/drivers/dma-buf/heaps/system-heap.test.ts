import { beforeEach, describe, expect, it } from 'vitest';
import { openHeap } from '../../../../testing/open-heap.ts';
import { ProcessEnded } from '../../../../userland/errors.ts';
import { type Process, spawnProcess } from '../../../../userland/process.ts';
import type { Kernel } from '../../../init/kernel.ts';
import { systemCall, systemCallNamed } from '../../../syscalls.ts';
import { errno } from '../../../uapi/errno.ts';
import { O_RDWR } from '../../../uapi/fcntl.ts';
import { MAP_PRIVATE, MAP_SHARED, PROT_READ, PROT_WRITE } from '../../../uapi/mman.ts';
import { signals } from '../../../uapi/signal.ts';

let kernel: Kernel;
let process: Process;
let heap: number;

function boot(release = '6.1'): void {
  ({ kernel, process, heap } = openHeap('system', { release }));
}

beforeEach(() => boot());

/** Lengths of the physically contiguous runs of a fresh buffer, in pages. */
function chunks(sizeBytes: number): number[] {
  const fd = process.dmaHeapAlloc(heap, sizeBytes, O_RDWR);
  const buffer = kernel.dmaBufs.live.at(-1);
  const pfns = Array.from({ length: sizeBytes / 4096 }, (_, page) => buffer?.operations.pageAt(page) ?? -1);
  process.close(fd);
  const starts = pfns.flatMap((pfn, page) => (page === 0 || pfn !== (pfns[page - 1] ?? 0) + 1 ? [page] : []));
  return starts.map((start, index) => (starts[index + 1] ?? pfns.length) - start);
}

describe('a buffer of the system heap', () => {
  it('takes its pages from memory that is not a CMA area, and gives them back', () => {
    const before = { free: kernel.pages.freePages, cma: kernel.cma.freePages };
    const fd = process.dmaHeapAlloc(heap, 3 << 20, O_RDWR);
    expect(kernel.pages.freePages).toBe(before.free - 768);
    expect(kernel.cma.freePages).toBe(before.cma);
    process.close(fd);
    expect(kernel.pages.freePages).toBe(before.free);
  });

  it('is one chunk where one of the orders 8, 4 and 0 is just right', () => {
    expect(chunks(1 << 20)).toEqual([256]);
    expect(chunks(64 << 10)).toEqual([16]);
    expect(chunks(4096)).toEqual([1]);
  });

  it('costs no bytes before they are written', () => {
    const before = kernel.memory.residentBytes;
    process.dmaHeapAlloc(heap, 64 << 20, O_RDWR);
    expect(kernel.memory.residentBytes - before).toBeLessThan(16384);
  });

  it('gives its bytes back with its pages', () => {
    const fd = process.dmaHeapAlloc(heap, 1 << 20, O_RDWR);
    const address = process.mmap({ fd, length: 1 << 20, prot: PROT_READ | PROT_WRITE, flags: MAP_SHARED });
    process.memory.fill(address, 1 << 20, 1);
    const full = kernel.memory.residentBytes;
    process.close(fd);
    process.munmap(address, 1 << 20);
    expect(full - kernel.memory.residentBytes).toBe(1 << 20);
  });

  it('kills who asks for more than there is, and everything comes back', () => {
    const free = kernel.pages.freePages;
    for (const length of [1n << 30n, 1n << 63n, (1n << 64n) - 4096n]) {
      const glutton = spawnProcess(kernel);
      const fd = glutton.open('/dev/dma_heap/system', O_RDWR);
      expect(() => glutton.dmaHeapAlloc(fd, length, O_RDWR)).toThrow(ProcessEnded);
      expect(glutton.exitStatus).toMatchObject({ kind: 'killed', signal: signals.SIGKILL });
      expect(kernel.log.lines.at(-1)?.text).toMatch(/^Out of memory: Killed process \d+ \(program\)/);
    }
    expect(kernel.pages.freePages).toBe(free);
    expect(kernel.dmaBufs.live).toEqual([]);
  });
});

describe('a private mapping', () => {
  const worksFor = (size: number, length: number) => {
    const fd = process.dmaHeapAlloc(heap, size, O_RDWR);
    try {
      return process.mmap({ fd, length, prot: PROT_READ | PROT_WRITE, flags: MAP_PRIVATE });
    } catch {
      return undefined;
    }
  };

  it('works for one page where pages are mapped one by one', () => {
    expect(worksFor(4096, 4096)).toBeDefined();
    expect(worksFor(1 << 20, 4096)).toBeDefined();
    expect(worksFor(8192, 8192)).toBeUndefined();
  });

  it('works within one chunk where chunks are mapped whole', () => {
    boot('7.3');
    expect(worksFor(1 << 20, 1 << 20)).toBeDefined();
    expect(worksFor(8192, 8192)).toBeUndefined();
  });

  it('keeps what is written to itself', () => {
    const fd = process.dmaHeapAlloc(heap, 4096, O_RDWR);
    const shared = process.mmap({ fd, length: 4096, prot: PROT_READ | PROT_WRITE, flags: MAP_SHARED });
    const own = process.mmap({ fd, length: 4096, prot: PROT_READ | PROT_WRITE, flags: MAP_PRIVATE });
    process.memory.write(shared, Uint8Array.of(1));
    expect(process.memory.read(own, 1)).toEqual(Uint8Array.of(1));
    process.memory.write(own, Uint8Array.of(2));
    process.memory.write(shared, Uint8Array.of(3));
    expect(process.memory.read(own, 1)).toEqual(Uint8Array.of(2));
    expect(process.memory.read(shared, 1)).toEqual(Uint8Array.of(3));
  });
});

describe('a killed task', () => {
  it.each([
    ['5.10', -errno.ENOMEM],
    ['6.1', -errno.EINTR],
  ])('stops allocating, and leaves nothing behind: %s', (release, code) => {
    boot(release);
    const results: (number | bigint)[] = [];
    const killed = spawnProcess(kernel, {}, 'killed', (...call) => {
      const [, task, number] = call;
      const isIoctl = number === systemCallNamed('ioctl')?.number;
      if (isIoctl) task.signals.post(signals.SIGKILL);
      const result = systemCall(...call);
      if (isIoctl) results.push(result);
      return result;
    });
    const own = killed.open('/dev/dma_heap/system', O_RDWR);
    const before = kernel.pages.freePages;
    expect(() => killed.dmaHeapAlloc(own, 64 << 20, O_RDWR)).toThrow('was killed by SIGKILL');
    expect(results).toEqual([code]);
    expect(kernel.dmaBufs.live).toEqual([]);
    expect(kernel.pages.freePages).toBeGreaterThanOrEqual(before);
  });
});
