import { InputError, inputError } from '../../../../base/input-error.ts';
import type { Kernel } from '../../../init/kernel.ts';
import type { Task } from '../../../kernel/task.ts';
import {
  type AreaBacking,
  VM_DONTDUMP,
  VM_DONTEXPAND,
  VM_IO,
  VM_PFNMAP,
  type VmArea,
} from '../../../mm/vm-area.ts';
import { type Errno, errno } from '../../../uapi/errno.ts';
import type { Device, PageRun } from '../../base/device.ts';
import type { DmaBuf, DmaBufOperations } from '../dma-buf.ts';
import {
  type DmaHeap,
  type DmaHeapOperations,
  driverDataOf,
  type HeapKind,
  type HeapRequest,
} from '../dma-heap.ts';
import { exporterName } from './exporter-name.ts';

/**
 * Heaps that are plugged in: a driver in a few lines, which goes through dma_heap_add() and dma_heap_get_drvdata() like
 * those of the kernel.
 */

/** What a driver's allocation gives: the memory of one buffer. */
export interface HeapBuffer {
  /**
   * The pages as they are now, in order. A heap that allocates when a device attaches gives none, or fewer than the
   * buffer has, until then.
   */
  pages(): readonly PageRun[];
  /**
   * How processes see it: through the caches, or past them, as the heap's name mostly promises. Without it mmap()
   * answers EINVAL, as for memory that is not for the processor.
   */
  readonly mmap?: 'cached' | 'uncached';
  /** DMA_BUF_IOCTL_SYNC: 0 or -errno; the direction is that of the flags. */
  readonly beginCpuAccess?: (direction: number) => Errno;
  readonly endCpuAccess?: (direction: number) => Errno;
  /** A device shares the buffer: 0, or the -errno with which that is refused. */
  readonly attach?: (device: Device) => Errno;
  readonly detach?: (device: Device) => void;
  /** The last reference is gone: gives the memory back. */
  release(): void;
}

/** What a driver's allocation is told. */
export interface HeapDriverRequest<Data> {
  /** What `probe` found. */
  readonly data: Data;
  /** A multiple of the page size, above 0; it may be beyond all memory. */
  readonly lengthBytes: number;
  readonly pageCount: number;
  readonly fdFlags: number;
  readonly heapFlags: bigint;
  readonly heap: DmaHeap;
  readonly kernel: Kernel;
  readonly task: Task;
}

/** A driver as its author writes it. */
export interface HeapDriverFacts<Data> {
  /** The heap's name; dma_heap_add() refuses one that is missing or empty. */
  readonly name: string | undefined;
  /** Looks for what the driver needs before the heap is added: its own data, or -errno for no heap. */
  readonly probe?: (kernel: Kernel) => Data | Errno;
  /** A buffer's memory, or -errno; dma_heap_add() refuses a driver without it. */
  readonly allocate: ((request: HeapDriverRequest<Data>) => HeapBuffer | Errno) | undefined;
  /** What buffers call their exporter; else as the release names the exporters of its own heaps. */
  readonly exporterName?: string;
  readonly kind?: HeapKind;
}

/** A heap that can be plugged in. */
export interface HeapDriver {
  readonly name: string | undefined;
  /** The driver's initcall: the heap, or what `probe` or dma_heap_add() answered. */
  register(kernel: Kernel): DmaHeap | Errno;
}

/** Makes a driver of its facts; it may be registered with any number of kernels. */
export function heapDriver<Data = undefined>(facts: HeapDriverFacts<Data>): HeapDriver {
  return { name: facts.name, register: (kernel) => register(facts, kernel) };
}

/** The driver's data with the driver's own type: what dma_heap_get_drvdata() gives, known to be this driver's. */
class DriverData<Data> {
  readonly data: Data;

  constructor(data: Data) {
    this.data = data;
  }
}

function register<Data>(facts: HeapDriverFacts<Data>, kernel: Kernel): DmaHeap | Errno {
  const { name } = facts;
  if (!kernel.config.enabled('DMABUF_HEAPS')) return note(name, kernel, -errno.ENODEV);
  const found = guarded(name, () => facts.probe?.(kernel));
  if (typeof found === 'number' && found < 0) return note(name, kernel, found);
  const own = new DriverData(found as Data);
  const operations = facts.allocate === undefined ? undefined : operationsOf(facts, own);
  const heap = kernel.dmaHeaps.add({ name, operations, kind: facts.kind ?? 'other', driverData: own });
  return note(name, kernel, heap);
}

function note(given: string | undefined, kernel: Kernel, outcome: DmaHeap | Errno): DmaHeap | Errno {
  const name = given ?? '';
  const exported = kernel.release.behaviours.heapSymbols !== 'none';
  const asWhat = exported ? '' : '; this release exports no heap function, so the driver counts as built in';
  const without = kernel.config.enabled('DMABUF_HEAPS') ? '' : ': DMABUF_HEAPS is not configured';
  kernel.decisions.note({
    subject: `heap:${name}`,
    rule: 'heap-driver/register',
    outcome:
      typeof outcome === 'number'
        ? `the plugged-in driver of ${name === '' ? 'a heap without a name' : name} got no heap (${outcome})${without}`
        : `a plugged-in driver added the heap ${name}${asWhat}`,
    evidence: 'read',
  });
  return outcome;
}

function operationsOf<Data>(facts: HeapDriverFacts<Data>, own: DriverData<Data>): DmaHeapOperations {
  return {
    allocate(request: HeapRequest): DmaBuf | Errno {
      const { heap, kernel, task, lengthBytes, fdFlags, heapFlags } = request;
      const { data } = driverDataOf(heap) === own ? own : misplaced(heap);
      const pageCount = lengthBytes / kernel.pageSizeBytes;
      const asked = { data, lengthBytes, pageCount, fdFlags, heapFlags, heap, kernel, task };
      const made = guarded(heap.name, () => facts.allocate?.(asked));
      if (typeof made === 'number' && made < 0) return made;
      if (!isBuffer(made))
        throw brokenDriver(heap.name, 'allocate gave neither a buffer nor an errno below 0');
      const { behaviours } = kernel.release;
      const buffer = kernel.dmaBufs.export(
        {
          exporterName: facts.exporterName ?? exporterName(behaviours, heap.name, heap.name),
          heapName: heap.name,
          operations: made.mmap === undefined ? new HiddenBuffer(made) : new MappableBuffer(made),
          sizeBytes: lengthBytes,
          flags: fdFlags,
        },
        kernel,
        task,
      );
      if (typeof buffer === 'number') made.release();
      return buffer;
    },
  };
}

/** What somebody's code comes to; what it throws is a mistake of that code, and told as such. */
function guarded<Result>(name: string | undefined, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw brokenDriver(name, error instanceof Error ? error.message : String(error));
  }
}

function brokenDriver(name: string | undefined, problem: string): InputError {
  return inputError('program-broken', { problem: `the driver of the heap "${name ?? ''}": ${problem}` });
}

function isBuffer(made: unknown): made is HeapBuffer {
  if (typeof made !== 'object' || made === null || !('pages' in made) || !('release' in made)) return false;
  return typeof made.pages === 'function' && typeof made.release === 'function';
}

function misplaced(heap: DmaHeap): never {
  throw new Error(`the heap ${heap.name} has another driver's data`);
}

/** A buffer that processes cannot map. */
class HiddenBuffer implements DmaBufOperations {
  protected readonly memory: HeapBuffer;

  constructor(memory: HeapBuffer) {
    this.memory = memory;
  }

  get isUncached(): boolean {
    return this.memory.mmap === 'uncached';
  }

  beginCpuAccess(direction: number): Errno {
    return this.memory.beginCpuAccess?.(direction) ?? 0;
  }

  endCpuAccess(direction: number): Errno {
    return this.memory.endCpuAccess?.(direction) ?? 0;
  }

  pageAt(pageIndex: number): number | undefined {
    let rest = pageIndex;
    for (const { pfn, pageCount } of this.memory.pages()) {
      if (rest < pageCount) return pfn + rest;
      rest -= pageCount;
    }
    return undefined;
  }

  scatter(): readonly PageRun[] {
    return this.memory.pages();
  }

  attach(device: Device): Errno {
    return this.memory.attach?.(device) ?? 0;
  }

  detach(device: Device): void {
    this.memory.detach?.(device);
  }

  release(kernel: Kernel): void {
    // Nobody can see what a free page held: its bytes need not be kept.
    for (const { pfn, pageCount } of this.memory.pages()) {
      kernel.memory.zero(pfn * kernel.pageSizeBytes, pageCount * kernel.pageSizeBytes);
    }
    this.memory.release();
  }
}

/** A buffer that processes map page by page, when they touch it. */
class MappableBuffer extends HiddenBuffer implements AreaBacking {
  readonly populated = false;

  map(area: VmArea): Errno {
    if (!area.isShared) return -errno.EINVAL;
    area.flags |= VM_IO | VM_PFNMAP | VM_DONTEXPAND | VM_DONTDUMP;
    area.backing = this;
    return 0;
  }
}
