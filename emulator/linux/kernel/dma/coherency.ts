import { PhysicalMemory } from '../../../machine/physical-memory.ts';
import type { Device } from '../../drivers/base/device.ts';
import { type DmaBuf, DmaBufFile } from '../../drivers/dma-buf/dma-buf.ts';
import type { Kernel } from '../../init/kernel.ts';
import type { CoherencyMode } from '../../init/platform.ts';
import { DMA_BUF_SYNC_READ, DMA_BUF_SYNC_WRITE } from '../../uapi/dma-buf.ts';
import type { Task } from '../task.ts';
import { Spans } from './spans.ts';

/**
 * Processor and devices that do not see the same bytes until somebody maintains the caches. Plays
 * arch/arm64/mm/dma-mapping.c with the caches that it works on.
 * Deviations: caches never lose or fetch a line by themselves, so what is stale stays stale until it is told: the worst
 * case, every time.
 */

/** What a program did wrong with a buffer, though no call failed. */
export interface CoherencyFinding {
  readonly id: 'stale-read' | 'lost-write' | 'unpaired-end' | 'unended-start';
  readonly text: string;
  readonly heapName: string | undefined;
  /** Whose doing it was; undefined for a device's. */
  readonly pid: number | undefined;
}

/** A buffer that a device with a view of its own has mapped. */
interface View {
  /** What is in memory, by offset into the buffer: what devices see. Processes see `Kernel.memory`: their caches. */
  readonly memory: PhysicalMemory;
  /** What devices wrote and processes do not see yet. */
  readonly stale: Spans;
  /** What processes wrote and devices do not see yet. */
  readonly dirty: Spans;
  devices: number;
}

/** The state of the caches, as far as buffers go. */
export class Coherency {
  readonly mode: CoherencyMode;
  readonly findings: CoherencyFinding[] = [];
  readonly #kernel: () => Kernel;
  readonly #views = new Map<DmaBuf, View>();
  /** Accesses that began and have not ended, by buffer and process. */
  readonly #begun = new Map<DmaBuf, Map<number, number>>();
  readonly #listeners = new Set<(finding: CoherencyFinding) => void>();

  constructor(mode: CoherencyMode, kernel: () => Kernel) {
    this.mode = mode;
    this.#kernel = kernel;
  }

  /** Whether anything has to be watched at all. */
  get isWatching(): boolean {
    return this.mode !== 'full';
  }

  /** Tells of every finding from now on; the returned function ends that. */
  observe(listener: (finding: CoherencyFinding) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /** A device maps a buffer: what processes wrote so far reaches it. */
  mapped(buffer: DmaBuf, device: Device): void {
    if (device.facts.isCoherent || buffer.operations.isUncached === true) return;
    const view = this.#views.get(buffer) ?? this.#newView(buffer);
    this.#clean(buffer, view);
    view.devices += 1;
  }

  /** A device lets go: what it wrote reaches the processes. */
  unmapped(buffer: DmaBuf, device: Device): void {
    const view = this.#views.get(buffer);
    if (view === undefined || device.facts.isCoherent) return;
    this.#invalidate(buffer, view);
    view.devices -= 1;
    if (view.devices === 0) this.#views.delete(buffer);
  }

  /** SYNC_START: where the process is going to read, its caches forget what they hold. */
  began(buffer: DmaBuf, direction: number, task: Task): void {
    if (!this.isWatching) return;
    const counts = this.#begun.get(buffer) ?? new Map<number, number>();
    this.#begun.set(buffer, counts.set(task.pid, (counts.get(task.pid) ?? 0) + 1));
    const view = this.#views.get(buffer);
    if (view !== undefined && (direction & DMA_BUF_SYNC_READ) !== 0) this.#invalidate(buffer, view);
  }

  /** SYNC_END: what the process wrote goes to memory. */
  ended(buffer: DmaBuf, direction: number, task: Task): void {
    if (!this.isWatching) return;
    const counts = this.#begun.get(buffer);
    const count = counts?.get(task.pid) ?? 0;
    if (count === 0) {
      this.#find('unpaired-end', buffer, task.pid, 'SYNC_END without a SYNC_START of this process before it');
    } else counts?.set(task.pid, count - 1);
    const view = this.#views.get(buffer);
    if (view !== undefined && (direction & DMA_BUF_SYNC_WRITE) !== 0) this.#clean(buffer, view);
  }

  /** The buffer is gone, and all that was known of it. */
  released(buffer: DmaBuf): void {
    for (const [pid, count] of this.#begun.get(buffer) ?? []) {
      if (count === 0) continue;
      this.#find('unended-start', buffer, pid, 'the buffer went while an access had begun and not ended');
    }
    this.#begun.delete(buffer);
    this.#views.delete(buffer);
  }

  /** A process reads memory; called only while `isWatching`. */
  processReads(task: Task, address: number, lengthBytes: number): void {
    this.#eachPart(task, address, lengthBytes, (buffer, view, start, end) => {
      const overlap = view.stale.firstIn(start, end);
      if (overlap === undefined || view.stale.isTold(overlap)) return;
      view.stale.tell();
      this.#find(
        'stale-read',
        buffer,
        task.pid,
        `reads ${where(overlap)}, which a device has written, without SYNC_START: it sees the old bytes`,
      );
    });
  }

  /** A process writes memory; called only while `isWatching`. */
  processWrites(task: Task, address: number, lengthBytes: number): void {
    this.#eachPart(task, address, lengthBytes, (_, view, start, end) => view.dirty.add(start, end));
  }

  /** A device writes a buffer by DMA. */
  deviceWrites(buffer: DmaBuf, device: Device, offset: number, bytes: Uint8Array): void {
    const view = device.facts.isCoherent ? undefined : this.#views.get(buffer);
    if (view === undefined) {
      this.#copyPieces(buffer, offset, bytes.length, (physical, at, count) =>
        this.#kernel().memory.write(physical, bytes, at, count),
      );
      return;
    }
    view.memory.write(offset, bytes);
    view.stale.add(offset, offset + bytes.length);
  }

  /** A device reads a buffer by DMA. */
  deviceReads(buffer: DmaBuf, device: Device, offset: number, lengthBytes: number): Uint8Array {
    const bytes = new Uint8Array(lengthBytes);
    const view = device.facts.isCoherent ? undefined : this.#views.get(buffer);
    if (view === undefined) {
      this.#copyPieces(buffer, offset, lengthBytes, (physical, at, count) =>
        this.#kernel().memory.read(physical, bytes, at, count),
      );
      return bytes;
    }
    view.memory.read(offset, bytes);
    const overlap = view.dirty.firstIn(offset, offset + lengthBytes);
    if (overlap !== undefined && !view.dirty.isTold(overlap)) {
      view.dirty.tell();
      const text = `${device.name} reads ${where(overlap)}, which a process has written, before SYNC_END: it sees the old bytes`;
      this.#find('lost-write', buffer, undefined, text);
    }
    return bytes;
  }

  #newView(buffer: DmaBuf): View {
    const view: View = { memory: new PhysicalMemory(), stale: new Spans(), dirty: new Spans(), devices: 0 };
    view.dirty.add(0, buffer.sizeBytes);
    this.#views.set(buffer, view);
    return view;
  }

  /** Caches to memory. */
  #clean(buffer: DmaBuf, view: View): void {
    const { memory } = this.#kernel();
    for (const { start, end } of view.dirty.all) {
      this.#copyPieces(buffer, start, end - start, (physical, at, count) => {
        const bytes = new Uint8Array(count);
        memory.read(physical, bytes);
        view.memory.zero(start + at, count);
        if (bytes.some((byte) => byte !== 0)) view.memory.write(start + at, bytes);
      });
    }
    view.dirty.clear();
  }

  /** Memory to caches. */
  #invalidate(buffer: DmaBuf, view: View): void {
    const { memory } = this.#kernel();
    for (const { start, end } of view.stale.all) {
      this.#copyPieces(buffer, start, end - start, (physical, at, count) => {
        const bytes = new Uint8Array(count);
        view.memory.read(start + at, bytes);
        memory.write(physical, bytes);
      });
    }
    view.stale.clear();
  }

  /** Cuts a range of a buffer at its pages' ends. */
  #copyPieces(
    buffer: DmaBuf,
    offset: number,
    lengthBytes: number,
    copy: (physical: number, at: number, count: number) => void,
  ): void {
    const { pageSizeBytes } = this.#kernel();
    for (let done = 0; done < lengthBytes; ) {
      const at = offset + done;
      const within = at % pageSizeBytes;
      const count = Math.min(pageSizeBytes - within, lengthBytes - done);
      const pfn = buffer.operations.pageAt((at - within) / pageSizeBytes);
      if (pfn !== undefined) copy(pfn * pageSizeBytes + within, done, count);
      done += count;
    }
  }

  /** The parts of a process's range that are buffers with views. */
  #eachPart(
    task: Task,
    address: number,
    lengthBytes: number,
    visit: (buffer: DmaBuf, view: View, start: number, end: number) => void,
  ): void {
    if (this.#views.size === 0) return;
    const { pageSizeBytes } = this.#kernel();
    for (const area of task.memory.overlapping(address, address + lengthBytes)) {
      if (!(area.file instanceof DmaBufFile)) continue;
      const view = this.#views.get(area.file.buffer);
      if (view === undefined) continue;
      const base = area.backingOffset * pageSizeBytes - area.start;
      const start = Math.max(address, area.start) + base;
      const end = Math.min(address + lengthBytes, area.end) + base;
      visit(area.file.buffer, view, start, end);
    }
  }

  #find(id: CoherencyFinding['id'], buffer: DmaBuf, pid: number | undefined, what: string): void {
    const text = `buffer ${buffer.id} of ${buffer.heapName ?? buffer.exporterName}: ${what}`;
    const finding = { id, text, heapName: buffer.heapName, pid };
    this.findings.push(finding);
    for (const listener of this.#listeners) listener(finding);
  }
}

function where({ start, end }: { readonly start: number; readonly end: number }): string {
  return `bytes ${start} to ${end - 1}`;
}
