import { describe, expect, it } from 'vitest';
import { failure } from '../../../../testing/failures.ts';
import { smallKernel } from '../../../../testing/small-kernel.ts';
import { type Process, spawnProcess } from '../../../../userland/process.ts';
import type { Kernel } from '../../../init/kernel.ts';
import { GenPool } from '../../../lib/genalloc.ts';
import { errno } from '../../../uapi/errno.ts';
import { O_RDWR } from '../../../uapi/fcntl.ts';
import { MAP_SHARED, PROT_READ, PROT_WRITE } from '../../../uapi/mman.ts';
import type { PageRun } from '../../base/device.ts';
import { attachBuffer, detachBuffer } from '../dma-buf-attach.ts';
import { driverDataOf } from '../dma-heap.ts';
import { type HeapDriver, heapDriver } from './heap-driver.ts';

const poolPages = 1024;

/** A carve-out as a vendor would write it: memory of its own, handed out run by run. */
const carveOut = heapDriver<GenPool>({
  name: 'vendor,camera-uncached',
  probe: (kernel) => {
    const pfn = kernel.pages.alloc({
      order: 10,
      migrateType: 'unmovable',
      zone: 'Normal',
      mayReclaim: false,
    });
    return pfn < 0 ? -errno.ENOMEM : new GenPool(pfn, poolPages);
  },
  allocate: ({ data: pool, pageCount }) => {
    const pfn = pool.alloc(pageCount);
    if (pfn === undefined) return -errno.ENOMEM;
    return { pages: () => [{ pfn, pageCount }], mmap: 'uncached', release: () => pool.free(pfn, pageCount) };
  },
});

function withHeap(driver: HeapDriver): { kernel: Kernel; process: Process; heap: number } {
  const kernel = smallKernel({ platform: { heapDrivers: [driver] } });
  const process = spawnProcess(kernel);
  return { kernel, process, heap: process.open(`/dev/dma_heap/${driver.name}`, O_RDWR) };
}

const map = (process: Process, fd: number) =>
  process.mmap({ fd, length: 4096, prot: PROT_READ | PROT_WRITE, flags: MAP_SHARED });

describe('a plugged-in heap', () => {
  it('comes after the heaps of the kernel and has its own data', () => {
    const { kernel } = withHeap(carveOut);
    expect(kernel.dmaHeaps.all.map(({ name, minor }) => `${minor} ${name}`)).toEqual([
      '0 system',
      '1 linux,cma',
      '2 vendor,camera-uncached',
    ]);
    const heap = kernel.dmaHeaps.all[2];
    expect(heap === undefined ? undefined : driverDataOf(heap)).toMatchObject({ data: expect.any(GenPool) });
  });

  it('serves a process until its own memory is full, and has it back when buffers go', () => {
    const { process, heap } = withHeap(carveOut);
    const whole = process.dmaHeapAlloc(heap, poolPages * 4096, O_RDWR);
    expect(() => process.dmaHeapAlloc(heap, 4096, O_RDWR)).toThrow(failure('ENOMEM'));
    process.close(whole);
    const fd = process.dmaHeapAlloc(heap, 4096, O_RDWR);
    const address = map(process, fd);
    process.writeMemory(address, Uint8Array.of(7));
    expect(process.readMemory(address, 2)).toEqual(Uint8Array.of(7, 0));
  });

  it('forgets what a buffer held', () => {
    const { process, heap } = withHeap(carveOut);
    const first = process.dmaHeapAlloc(heap, 4096, O_RDWR);
    const address = map(process, first);
    process.writeMemory(address, Uint8Array.of(9));
    process.munmap(address, 4096);
    process.close(first);
    expect(process.readMemory(map(process, process.dmaHeapAlloc(heap, 4096, O_RDWR)), 1)).toEqual(
      Uint8Array.of(0),
    );
  });

  it('may refuse mappings, as a secure one does', () => {
    const secure = heapDriver({
      name: 'secure',
      allocate: ({ pageCount, kernel }) => {
        const pfn = kernel.pages.alloc({
          order: 0,
          migrateType: 'unmovable',
          zone: 'Normal',
          mayReclaim: true,
        });
        if (pfn < 0 || pageCount > 1) return -errno.EPERM;
        return { pages: () => [{ pfn, pageCount }], release: () => kernel.pages.free(pfn, 0) };
      },
    });
    const { process, heap } = withHeap(secure);
    const fd = process.dmaHeapAlloc(heap, 4096, O_RDWR);
    expect(() => map(process, fd)).toThrow(failure('EINVAL'));
    expect(() => process.dmaHeapAlloc(heap, 8192, O_RDWR)).toThrow(failure('EPERM'));
  });

  it('tells whose mistake it is where its driver throws or gives nonsense', () => {
    const throwing = heapDriver({
      name: 'broken',
      allocate: () => {
        throw new TypeError('no such pool');
      },
    });
    const { process, heap } = withHeap(throwing);
    expect(() => process.dmaHeapAlloc(heap, 4096, O_RDWR)).toThrow(
      'the driver of the heap "broken": no such pool',
    );
    const silent = withHeap(heapDriver({ name: 'silent', allocate: () => 0 }));
    expect(() => silent.process.dmaHeapAlloc(silent.heap, 4096, O_RDWR)).toThrow(
      /neither a buffer nor an errno/,
    );
  });

  it('may allocate when a device attaches, and processes get SIGBUS before', () => {
    let live = 0;
    const lazy = heapDriver({
      name: 'lazy',
      allocate: ({ pageCount, kernel }) => {
        let runs: PageRun[] = [];
        return {
          pages: () => runs,
          mmap: 'cached',
          attach: (device) => {
            const pfn = kernel.contiguous.defaultArea?.alloc(pageCount, 0) ?? -errno.ENOMEM;
            if (pfn < 0) return pfn;
            live += 1;
            runs = device.reaches(BigInt(pfn * 4096), 4096n) ? [{ pfn, pageCount }] : [];
            return 0;
          },
          detach: () => {
            const [run] = runs;
            if (run !== undefined) kernel.contiguous.defaultArea?.release(run.pfn, run.pageCount);
            runs = [];
            live -= 1;
          },
          release: () => {},
        };
      },
    });
    const { kernel, process, heap } = withHeap(lazy);
    const node = kernel.handoff.tree.root;
    const device = kernel.devices.probe(kernel, node, { driver: 'isp', region: 'none' });
    const buffer = () => kernel.dmaBufs.live[0];
    const fd = process.dmaHeapAlloc(heap, 4096, O_RDWR);
    const held = buffer();
    if (typeof device === 'number' || held === undefined) throw new Error('nothing to attach');
    expect(() => process.readMemory(map(process, fd), 1)).toThrow();
    const attachment = attachBuffer(kernel, held, device);
    if ('result' in attachment) throw new Error(attachment.why);
    expect(live).toBe(1);
    detachBuffer(kernel, attachment);
    expect(live).toBe(0);
  });
});

describe('adding a plugged-in heap', () => {
  const allocate = () => -errno.ENOMEM;
  const registered = (driver: HeapDriver, arm: (kernel: Kernel) => void = () => {}) => {
    const kernel = smallKernel();
    arm(kernel);
    const before = kernel.log.lines.length;
    const result = driver.register(kernel);
    return { result, lines: kernel.log.lines.slice(before).map(({ text }) => text), kernel };
  };

  it.each([
    ['without a name', heapDriver({ name: undefined, allocate }), 'EINVAL', 'Cannot add heap without a name'],
    ['with an empty name', heapDriver({ name: '', allocate }), 'EINVAL', 'Cannot add heap without a name'],
    [
      'without allocate',
      heapDriver({ name: 'x', allocate: undefined }),
      'EINVAL',
      'Cannot add heap with invalid ops struct',
    ],
    [
      'under a name that is taken',
      heapDriver({ name: 'system', allocate }),
      'EEXIST',
      'Unable to create device',
    ],
  ] as const)('is refused %s', (_, driver, code, text) => {
    const { result, lines } = registered(driver);
    expect(result).toBe(-errno[code]);
    expect(lines.at(-1)).toBe(`dma_heap: ${text}`);
  });

  it.each([
    ['dma-heap/minor', 'dma_heap: Unable to get minor number for heap'],
    ['dma-heap/char-device', 'dma_heap: Unable to add char device'],
    ['dma-heap/device', 'dma_heap: Unable to create device'],
  ] as const)('fails at %s and leaves nothing', (point, text) => {
    const driver = heapDriver({ name: 'x', allocate });
    const { result, lines, kernel } = registered(driver, ({ faults }) => faults.arm(point, -errno.ENOMEM));
    expect(result).toBe(-errno.ENOMEM);
    expect(lines).toEqual([text]);
    expect(driver.register(kernel)).toMatchObject({ name: 'x', minor: 2 });
  });

  it('says nothing where there is no memory for the heap itself', () => {
    const { result, lines } = registered(heapDriver({ name: 'x', allocate }), ({ faults }) =>
      faults.arm('dma-heap/object', -errno.ENOMEM),
    );
    expect(result).toBe(-errno.ENOMEM);
    expect(lines).toEqual([]);
  });

  it('does not happen where the driver finds nothing to work with, or the framework is not there', () => {
    const without = heapDriver({ name: 'x', probe: () => -errno.ENODEV, allocate });
    expect(registered(without).result).toBe(-errno.ENODEV);
    const kernel = smallKernel({ symbols: ['DMABUF_HEAPS=n'] });
    expect(carveOut.register(kernel)).toBe(-errno.ENODEV);
  });
});
