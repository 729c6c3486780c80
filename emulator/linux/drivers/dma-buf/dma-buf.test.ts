import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { failure } from '../../../testing/failures.ts';
import { openHeap } from '../../../testing/open-heap.ts';
import { type Process, spawnProcess } from '../../../userland/process.ts';
import type { ReleaseCause } from '../../fs/file.ts';
import type { Kernel } from '../../init/kernel.ts';
import { DMA_BUF_SET_NAME_A, DMA_BUF_SET_NAME_B } from '../../uapi/dma-buf.ts';
import { O_RDONLY, O_RDWR, SEEK_CUR, SEEK_END, SEEK_SET } from '../../uapi/fcntl.ts';
import { MAP_SHARED, PROT_READ, PROT_WRITE } from '../../uapi/mman.ts';

let kernel: Kernel;
let process: Process;
let heap: number;

beforeEach(() => {
  ({ kernel, process, heap } = openHeap('linux,cma'));
});

const usedPages = () => kernel.cma.all[0]?.usedPages ?? 0;
const map = (fd: number, length: number) =>
  process.mmap({ fd, length, prot: PROT_READ | PROT_WRITE, flags: MAP_SHARED });

describe('a buffer', () => {
  it('lives as long as a descriptor, a duplicate or a mapping refers to it', () => {
    const before = usedPages();
    const fd = process.dmaHeapAlloc(heap, 8192, O_RDWR);
    const copy = process.dup(fd);
    const address = map(fd, 8192);
    process.close(fd);
    process.close(copy);
    expect(usedPages()).toBe(before + 2);
    process.munmap(address, 4096);
    expect(usedPages()).toBe(before + 2);
    process.munmap(address + 4096n, 4096);
    expect(usedPages()).toBe(before);
  });

  it('is shared by all its mappings and starts as zeroes, whatever was there before', () => {
    const first = process.dmaHeapAlloc(heap, 4096, O_RDWR);
    const address = map(first, 4096);
    process.memory.fill(address, 4096, 0xaa);
    expect(process.memory.read(map(first, 4096), 4)).toEqual(new Uint8Array(4).fill(0xaa));
    process.exit();
    const next = spawnProcess(kernel);
    const fd = next.dmaHeapAlloc(next.open('/dev/dma_heap/linux,cma', O_RDWR), 4096, O_RDWR);
    const again = next.mmap({ fd, length: 4096, prot: PROT_READ, flags: MAP_SHARED });
    expect(next.memory.read(again, 4096).every((byte) => byte === 0)).toBe(true);
  });

  it('tells of its end and of why', () => {
    const causes: [ReleaseCause, number | undefined][] = [];
    kernel.dmaBufs.observe({ released: (_, cause, last) => causes.push([cause, last?.pid]) });
    process.close(process.dmaHeapAlloc(heap, 4096, O_RDWR));
    const mapped = process.dmaHeapAlloc(heap, 4096, O_RDWR);
    const address = map(mapped, 4096);
    process.close(mapped);
    process.munmap(address, 4096);
    const other = spawnProcess(kernel);
    other.dmaHeapAlloc(other.open('/dev/dma_heap/system', O_RDWR), 4096, O_RDWR);
    process.dmaHeapAlloc(heap, 4096, O_RDWR);
    process.kill(other.pid, 9);
    process.exit();
    expect(causes).toEqual([
      ['close', process.pid],
      ['munmap', process.pid],
      ['killed', other.pid],
      ['exit', process.pid],
    ]);
  });

  it('can be asked for its start and its end, and for nothing between', () => {
    const fd = process.dmaHeapAlloc(heap, 12288, O_RDWR);
    expect(process.lseek(fd, 0, SEEK_END)).toBe(12288);
    expect(process.lseek(fd, 0, SEEK_SET)).toBe(0);
    for (const [offset, whence] of [
      [1, SEEK_SET],
      [-1, SEEK_END],
      [0, SEEK_CUR],
      [0, 9],
    ] as const) {
      expect(() => process.lseek(fd, offset, whence)).toThrow(failure('EINVAL'));
    }
  });

  it('has the size, the owner and no file type', () => {
    const owner = spawnProcess(kernel, { uid: 7, gid: 8, capabilities: new Set(['CAP_DAC_OVERRIDE']) });
    const fd = owner.dmaHeapAlloc(owner.open('/dev/dma_heap/system', O_RDWR), 5000, O_RDWR);
    expect(owner.fstat(fd)).toMatchObject({
      mode: 0o600,
      sizeBytes: 8192,
      blocks: 16,
      links: 1,
      uid: 7,
      gid: 8,
    });
  });

  it('counts its references in fdinfo', () => {
    const fd = process.dmaHeapAlloc(heap, 4096, O_RDWR);
    const count = () => /count:\t(\d+)/.exec(process.readFile(`/proc/self/fdinfo/${fd}`))?.[1];
    expect(count()).toBe('1');
    map(fd, 4096);
    process.dup(fd);
    expect(count()).toBe('3');
    const child = process.fork();
    // Its two descriptors and its mapping.
    expect(count()).toBe('6');
    child.exit();
    expect(count()).toBe('3');
  });
});

describe('a name', () => {
  const link = (fd: number) => process.readlink(`/proc/self/fd/${fd}`);

  it('shows in links and maps, and an empty one is a name too', () => {
    const fd = process.dmaHeapAlloc(heap, 4096, O_RDWR);
    expect(link(fd)).toBe('/dmabuf:');
    expect(process.readFile(`/proc/self/fdinfo/${fd}`)).not.toContain('\nname:');
    process.dmaBufSetName(fd, '');
    expect(process.readFile(`/proc/self/fdinfo/${fd}`)).toContain('\nname:\t\n');
    process.dmaBufSetName(fd, 'frame\n1');
    map(fd, 4096);
    expect(link(fd)).toBe('/dmabuf:frame\n1');
    expect(process.readFile('/proc/self/maps')).toMatch(/ \/dmabuf:frame\\0121\n/);
  });

  it('has at most 31 characters; a longer one leaves the old', () => {
    const fd = process.dmaHeapAlloc(heap, 4096, O_RDONLY);
    process.dmaBufSetName(fd, 'x'.repeat(31));
    expect(() => process.dmaBufSetName(fd, 'y'.repeat(32))).toThrow(failure('EINVAL'));
    expect(link(fd)).toBe(`/dmabuf:${'x'.repeat(31)}`);
  });

  it('is set by both numbers where the release knows both', () => {
    const name = process.memory.allocateString('n');
    const fd = process.dmaHeapAlloc(heap, 4096, O_RDWR);
    for (const request of [DMA_BUF_SET_NAME_A, DMA_BUF_SET_NAME_B])
      expect(process.ioctl(fd, request, name)).toBe(0);
  });
});

describe('SYNC', () => {
  it('wants reading or writing and nothing beyond the three bits', () => {
    const fd = process.dmaHeapAlloc(heap, 4096, O_RDONLY);
    const accepted = (flags: bigint) => {
      try {
        process.dmaBufSync(fd, flags);
        return true;
      } catch {
        return false;
      }
    };
    fc.assert(
      fc.property(fc.oneof(fc.bigInt(0n, 16n), fc.bigInt(0n, (1n << 64n) - 1n)), (flags) => {
        expect(accepted(flags)).toBe(flags < 8n && (flags & 3n) !== 0n);
      }),
    );
  });
});
