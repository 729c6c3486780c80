import { beforeEach, describe, expect, it } from 'vitest';
import { openHeap } from '../../../testing/open-heap.ts';
import { smallKernel } from '../../../testing/small-kernel.ts';
import type { Process } from '../../../userland/process.ts';
import type { Kernel } from '../../init/kernel.ts';
import {
  type AllocationData,
  DMA_HEAP_IOCTL_ALLOC,
  decodeAllocationData,
  encodeAllocationData,
} from '../../uapi/dma-heap.ts';
import { type ErrnoName, errno } from '../../uapi/errno.ts';
import { O_APPEND, O_CLOEXEC, O_RDONLY, O_RDWR } from '../../uapi/fcntl.ts';
import { ioctlNumber, iowr, TCGETS } from '../../uapi/ioctl.ts';
import { MAP_ANONYMOUS, MAP_PRIVATE, PROT_READ, PROT_WRITE } from '../../uapi/mman.ts';
import type { DmaHeapOperations } from './dma-heap.ts';
import { DMA_HEAP_IOC_ALLOC } from './dma-heap-rfc.ts';

const refusing: DmaHeapOperations = { allocate: () => -errno.ENOMEM };

let kernel: Kernel;
let process: Process;
let heap: number;

function boot(release = '6.1'): void {
  ({ kernel, process, heap } = openHeap('linux,cma', { release }, O_RDONLY));
}

beforeEach(() => boot());

/** The errno of an ioctl with a request's bytes, or its value. */
function ioctl(request: number, argument: Uint8Array | number): ErrnoName | number {
  try {
    return process.ioctl(heap, request, argument);
  } catch (error) {
    return (error as { code: ErrnoName }).code;
  }
}

const page: AllocationData = { length: 4096n, fdFlags: O_RDWR };

describe('adding a heap', () => {
  it('takes the lowest free minor', () => {
    const added = kernel.dmaHeaps.add({ name: 'third', operations: refusing, kind: 'other' });
    expect(added).toMatchObject({ name: 'third', minor: 2 });
  });

  it.each([
    [
      'without a name',
      { name: '', operations: refusing },
      'EINVAL',
      'dma_heap: Cannot add heap without a name',
    ],
    [
      'without allocate',
      { name: 'a', operations: undefined },
      'EINVAL',
      'dma_heap: Cannot add heap with invalid ops struct',
    ],
    ['twice', { name: 'system', operations: refusing }, 'EEXIST', 'dma_heap: Unable to create device'],
  ] as const)('is refused %s', (_, info, code, text) => {
    expect(kernel.dmaHeaps.add({ ...info, kind: 'other' })).toBe(-errno[code]);
    expect(kernel.log.lines.at(-1)).toMatchObject({ level: 3, text });
  });

  it('is refused by name before anything is made where the release tests first', () => {
    const first = smallKernel({ release: '6.1.0' });
    expect(first.dmaHeaps.add({ name: 'system', operations: refusing, kind: 'other' })).toBe(-errno.EINVAL);
    expect(first.log.lines.at(-1)?.text).toBe('dma_heap: Already registered heap named system');
  });

  it('ends at 128 heaps', () => {
    for (let index = 2; index < 128; index += 1) {
      expect(kernel.dmaHeaps.add({ name: `h${index}`, operations: refusing, kind: 'other' })).not.toBeTypeOf(
        'number',
      );
    }
    expect(kernel.dmaHeaps.add({ name: 'late', operations: refusing, kind: 'other' })).toBe(-errno.EBUSY);
    expect(kernel.log.lines.at(-1)?.text).toBe('dma_heap: Unable to get minor number for heap');
  });
});

describe('the allocation request', () => {
  it('answers 0 and leaves the descriptor in the struct, the length as it was', () => {
    const argument = encodeAllocationData({ length: 5000n, fdFlags: O_RDWR | O_CLOEXEC });
    expect(ioctl(DMA_HEAP_IOCTL_ALLOC, argument)).toBe(0);
    const { fd, length } = decodeAllocationData(argument);
    expect(length).toBe(5000n);
    expect(process.fstat(fd).sizeBytes).toBe(8192);
  });

  it('is told by its low byte alone', () => {
    expect(ioctl(iowr('h', 0, 24), encodeAllocationData(page))).toBe(0);
    expect(ioctl(iowr('H', 1, 24), encodeAllocationData(page))).toBe('EINVAL');
    expect(ioctl(TCGETS, encodeAllocationData(page))).toBe('EINVAL');
  });

  it('reads nothing without the in bit: its length is 0', () => {
    expect(ioctl(ioctlNumber(2, 'H', 0, 24), encodeAllocationData(page))).toBe('EINVAL');
  });

  it('writes nothing back without the out bit, and the descriptor is there all the same', () => {
    const argument = encodeAllocationData(page);
    expect(ioctl(ioctlNumber(1, 'H', 0, 24), argument)).toBe(0);
    expect(decodeAllocationData(argument).fd).toBe(0);
    expect(process.readdir('/proc/self/fd')).toHaveLength(3);
  });

  it.each([4, 8, 12, 16, 23, 25, 48, 128, 4096])('takes a struct of %i bytes', (size) => {
    const argument = new Uint8Array(Math.max(size, 24)).fill(0xa5, 24);
    argument.set(encodeAllocationData({ length: 4096n, fdFlags: 0 }));
    expect(ioctl(iowr('H', 0, size), argument)).toBe(0);
    expect(decodeAllocationData(argument).fd).toBe(size < 12 ? 0 : 1);
    expect(argument.subarray(24).every((byte) => byte === 0xa5)).toBe(true);
  });

  it.each([
    ['a descriptor that is not 0', { ...page, fd: 1 }],
    ['descriptor flags beyond access mode and close-on-exec', { ...page, fdFlags: O_APPEND }],
    ['any heap flag', { ...page, heapFlags: 1n << 63n }],
    ['length 0', { ...page, length: 0n }],
    ['a length that wraps around', { ...page, length: -1n }],
    ['the first length that wraps around', { ...page, length: -4095n }],
  ])('refuses %s and leaves the struct alone', (_, data) => {
    const argument = encodeAllocationData(data);
    const before = [...argument];
    expect(ioctl(DMA_HEAP_IOCTL_ALLOC, argument)).toBe('EINVAL');
    expect([...argument]).toEqual(before);
  });

  it('refuses what no memory can hold', () => {
    for (const length of [1n << 40n, 1n << 63n, -4096n]) {
      expect(ioctl(DMA_HEAP_IOCTL_ALLOC, encodeAllocationData({ ...page, length }))).toBe('ENOMEM');
    }
  });

  it('needs memory that it can read', () => {
    expect(ioctl(DMA_HEAP_IOCTL_ALLOC, 0)).toBe('EFAULT');
  });
});

describe('an argument that cannot be written', () => {
  function readOnlyArgument(data: AllocationData): number {
    const address = process.mmap({
      length: 4096,
      prot: PROT_READ | PROT_WRITE,
      flags: MAP_PRIVATE | MAP_ANONYMOUS,
    });
    process.memory.write(address, encodeAllocationData(data));
    process.mprotect(address, 4096, PROT_READ);
    return Number(address);
  }

  it.each([
    ['6.1', 0],
    ['6.1.0', 1],
    ['5.10', 1],
    ['7.3', 0],
  ])('leaks as many descriptors on %s as the release does: %i', (release, leaked) => {
    boot(release);
    const area = kernel.cma.all[0];
    const used = area?.usedPages ?? 0;
    const before = process.readdir('/proc/self/fd').length;
    expect(ioctl(DMA_HEAP_IOCTL_ALLOC, readOnlyArgument(page))).toBe('EFAULT');
    expect(process.readdir('/proc/self/fd').length - before).toBe(leaked);
    expect(area?.usedPages).toBe(used + leaked);
  });

  it('hides another error only where the answer is always written', () => {
    const bad = { length: 0n, fdFlags: 0 };
    expect(ioctl(DMA_HEAP_IOCTL_ALLOC, readOnlyArgument(bad))).toBe('EINVAL');
    boot('6.1.0');
    expect(ioctl(DMA_HEAP_IOCTL_ALLOC, readOnlyArgument(bad))).toBe('EFAULT');
  });
});

describe('descriptor numbers', () => {
  it('run out after the memory was taken, which is given back', () => {
    const used = kernel.cma.all[0]?.usedPages;
    const filled: number[] = [];
    for (let fd = 0; fd < 1023; fd += 1) filled.push(process.dup(heap));
    expect(ioctl(DMA_HEAP_IOCTL_ALLOC, encodeAllocationData(page))).toBe('EMFILE');
    expect(ioctl(DMA_HEAP_IOCTL_ALLOC, encodeAllocationData({ ...page, length: 1n << 40n }))).toBe('ENOMEM');
    expect(kernel.cma.all[0]?.usedPages).toBe(used);
  });
});

describe('the request of the series of 2019', () => {
  beforeEach(() => boot('rfc-2019'));

  function argument(length: bigint, reserved = 0): Uint8Array {
    const bytes = new Uint8Array(32);
    bytes.set(encodeAllocationData({ length, fdFlags: O_RDWR }));
    new DataView(bytes.buffer).setUint32(28, reserved, true);
    return bytes;
  }

  it('has 32 bytes, and every other number is no request at all', () => {
    expect(DMA_HEAP_IOC_ALLOC).toBe(0xc020_4800);
    expect(ioctl(DMA_HEAP_IOC_ALLOC, argument(4096n))).toBe(0);
    expect(ioctl(DMA_HEAP_IOCTL_ALLOC, argument(4096n))).toBe('ENOTTY');
  });

  it('complains once of what is wrong', () => {
    for (let time = 0; time < 2; time += 1)
      expect(ioctl(DMA_HEAP_IOC_ALLOC, argument(4096n, 1))).toBe('EINVAL');
    const complaints = kernel.log.lines.filter(({ text }) => text === 'dma_heap: ioctl data not valid');
    expect(complaints).toHaveLength(1);
  });
});
