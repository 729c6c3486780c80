import type { CharDevices } from '../../fs/char-dev.ts';
import { OpenFile, type Positioning } from '../../fs/file.ts';
import type { Inode, OpenRequest } from '../../fs/inode.ts';
import type { Kernel } from '../../init/kernel.ts';
import type { Printk } from '../../kernel/printk.ts';
import type { Task } from '../../kernel/task.ts';
import type { CmaArea } from '../../mm/cma.ts';
import type { Behaviours } from '../../releases.ts';
import { type Errno, errno } from '../../uapi/errno.ts';
import type { Register } from '../../uapi/registers.ts';
import { majorOf, makeDevice, minorOf } from '../../uapi/stat.ts';
import type { DriverCore } from '../base/class.ts';
import type { FaultPoint, Faults } from '../base/faults.ts';
import type { DmaBuf } from './dma-buf.ts';
import { allocateByNumber } from './dma-heap-ioctl.ts';
import { allocateByWholeNumber } from './dma-heap-rfc.ts';
import type { HeapExporter } from './heaps/export-policies/policy.ts';

/** What a heap is asked for; its length is a multiple of the page size and may be beyond all memory. */
export interface HeapRequest {
  readonly heap: DmaHeap;
  readonly lengthBytes: number;
  readonly fdFlags: number;
  readonly heapFlags: bigint;
  readonly kernel: Kernel;
  readonly task: Task;
}

/** What a heap can do. Plays struct dma_heap_ops. */
export interface DmaHeapOperations {
  /** A buffer with one reference, or -errno. */
  allocate(request: HeapRequest): DmaBuf | Errno;
}

/** `cma` heaps stand on one area; `other` ones are plugged in. */
export type HeapKind = 'system' | 'cma' | 'tee' | 'other';

/** What a driver says of a heap that it adds. Plays struct dma_heap_export_info. */
export interface HeapInfo {
  readonly name: string;
  readonly operations: DmaHeapOperations | undefined;
  readonly kind: HeapKind;
  readonly area?: CmaArea;
  /** Who made it; the release where it is absent. */
  readonly exportedBy?: HeapExporter;
  /** The driver's own data: dma_heap_get_drvdata(). */
  readonly driverData?: unknown;
}

/** As a driver may give it: a name or a callback that is missing is the driver's mistake, and refused. */
export type HeapOffer = Omit<HeapInfo, 'name'> & { readonly name: string | undefined };

/** dma_heap_get_drvdata(): what the driver gave with its heap. */
export function driverDataOf(heap: DmaHeap): unknown {
  return heap.driverData;
}

/** A heap: a device under /dev/dma_heap. Plays struct dma_heap. */
export interface DmaHeap extends HeapInfo {
  readonly operations: DmaHeapOperations;
  readonly major: number;
  readonly minor: number;
}

const numberOfMinors = 128;
const deviceName = 'dma_heap';

/**
 * The heap framework. Plays drivers/dma-buf/dma-heap.c.
 * Deviation: a heap's name is not taken as a format string.
 */
export class DmaHeaps {
  readonly #heaps: DmaHeap[] = [];
  readonly #charDevices: CharDevices;
  readonly #drivers: DriverCore;
  readonly #log: Printk;
  readonly #behaviours: Behaviours;
  readonly #faults: Faults;
  #firstDevice = -1;
  /** dma_heap.mem_accounting: whether system-heap pages are charged to cgroups. */
  accountsMemory = false;

  constructor(
    charDevices: CharDevices,
    drivers: DriverCore,
    log: Printk,
    behaviours: Behaviours,
    faults: Faults,
  ) {
    this.#charDevices = charDevices;
    this.#drivers = drivers;
    this.#log = log;
    this.#behaviours = behaviours;
    this.#faults = faults;
  }

  /** Every heap, in the order in which they were added. */
  get all(): readonly DmaHeap[] {
    return this.#heaps;
  }

  /** dma_heap_init(): takes a major and makes the class. */
  initialise(): Errno {
    const device = this.#charDevices.allocate(0, numberOfMinors, deviceName);
    if (device < 0) return device;
    const made = this.#drivers.createClass({
      name: deviceName,
      devnode: (name) => ({ path: `${deviceName}/${name}` }),
    });
    if (made < 0) {
      this.#charDevices.unregister(device);
      return made;
    }
    this.#firstDevice = device;
    return 0;
  }

  /** dma_heap_add(): the new heap, or -errno with what the kernel prints. */
  add(info: HeapOffer): DmaHeap | Errno {
    const { name, operations } = info;
    if (name === undefined || name === '')
      return this.#refuse('Cannot add heap without a name', -errno.EINVAL);
    if (operations === undefined)
      return this.#refuse('Cannot add heap with invalid ops struct', -errno.EINVAL);
    const testsFirst = this.#behaviours.duplicateHeapTest === 'before-device';
    if (testsFirst && this.#has(name))
      return this.#refuse(`Already registered heap named ${name}`, -errno.EINVAL);
    const memory = this.#faults.at('dma-heap/object');
    if (memory < 0) return memory;
    const minor = this.#either('dma-heap/minor', () => this.#freeMinor());
    if (minor < 0) return this.#refuse('Unable to get minor number for heap', minor);
    const device = makeDevice(majorOf(this.#firstDevice), minor);
    const heap: DmaHeap = { ...info, name, operations, major: majorOf(device), minor };
    const opened = this.#either('dma-heap/char-device', () =>
      this.#charDevices.add(device, 1, (request, inode) => new DmaHeapFile(heap, request, inode)),
    );
    if (opened < 0) return this.#refuse('Unable to add char device', opened);
    const created = this.#either('dma-heap/device', () =>
      this.#drivers.createDevice(deviceName, device, name),
    );
    if (created < 0) {
      this.#charDevices.remove(device);
      return this.#refuse('Unable to create device', created);
    }
    this.#heaps.push(heap);
    return heap;
  }

  /** What a part of the work comes to, unless somebody asked for its failure. */
  #either(point: FaultPoint, work: () => Errno): Errno {
    const failure = this.#faults.at(point);
    return failure < 0 ? failure : work();
  }

  #has(name: string): boolean {
    return this.#heaps.some((heap) => heap.name === name);
  }

  #refuse(text: string, result: Errno): Errno {
    this.#log.err(`dma_heap: ${text}`);
    return result;
  }

  /** The lowest free one; EBUSY where all are taken. */
  #freeMinor(): Errno {
    if (this.#firstDevice < 0) return -errno.EBUSY;
    const taken = new Set(this.#heaps.map((heap) => heap.minor));
    for (let minor = minorOf(this.#firstDevice); minor < numberOfMinors; minor += 1)
      if (!taken.has(minor)) return minor;
    return -errno.EBUSY;
  }
}

/** A heap device that somebody opened; how it was opened does not matter. */
class DmaHeapFile extends OpenFile {
  readonly heap: DmaHeap;

  constructor(heap: DmaHeap, request: OpenRequest, inode: Inode) {
    super(inode, request.flags, request.dentry);
    this.heap = heap;
  }

  override get positioning(): Positioning {
    return { seekable: false, positional: false };
  }

  override ioctl(request: number, argument: Register, kernel: Kernel, task: Task): Errno {
    return kernel.release.behaviours.heapIoctl === 'number-only-24-bytes'
      ? allocateByNumber(this.heap, request, argument, kernel, task)
      : allocateByWholeNumber(this.heap, request, argument, kernel, task);
  }
}
