import type { Printk } from '../../emulator/linux/kernel/printk.ts';
import {
  DMA_HEAP_IOCTL_ALLOC,
  decodeAllocationData,
  encodeAllocationData,
} from '../../emulator/linux/uapi/dma-heap.ts';
import { O_CLOEXEC, O_RDONLY, O_RDWR } from '../../emulator/linux/uapi/fcntl.ts';
import { MAP_SHARED, PROT_READ } from '../../emulator/linux/uapi/mman.ts';
import { ProcessEnded } from '../../emulator/userland/errors.ts';
import type { CallRecord } from '../records/record.ts';
import { Libc } from './libc.ts';

type Json = CallRecord['args'][string];
export type Fields = Readonly<Record<string, Json>>;

/** What the processes of a run share: where records go, and how far the kernel log has been read. */
export interface Journal {
  readonly records: CallRecord[];
  readonly log: Printk;
  logMark: number;
}

/** One record in the making. The error is the one of the moment in which it was begun. */
export class Row {
  readonly #record: CallRecord;
  readonly #journal: Journal;
  readonly #libc: Libc;

  constructor(journal: Journal, libc: Libc, record: CallRecord) {
    this.#journal = journal;
    this.#libc = libc;
    this.#record = record;
  }

  add(fields: Fields): this {
    Object.assign(this.#record, fields);
    return this;
  }

  /** Closes the record with the log lines that came since the last one. */
  done(): void {
    const lines = readLog(this.#journal);
    if (lines.length > 0) this.#record.dmesg = [...lines];
    this.#journal.records.push(this.#record);
    // Reading the log to its end leaves this error behind.
    this.#libc.errno = 'EAGAIN';
  }
}

/** The lines of the kernel log that nobody has read yet. */
export function readLog(journal: Journal): readonly string[] {
  const lines = journal.log.since(journal.logMark).map(({ text }) => text);
  journal.logMark = journal.log.mark;
  return lines;
}

/** A buffer's page in the eyes of pagemap. */
const pfnMask = (1n << 55n) - 1n;

/** One process of the probe, at work on one heap. */
export class Probe {
  readonly libc: Libc;
  readonly journal: Journal;
  readonly pageSize: number;
  /** Name of the heap under test; empty where a case is about none. */
  heap = '';
  heapFd = -1;
  #pagemap = -1;

  constructor(libc: Libc, journal: Journal, pageSize: number) {
    this.libc = libc;
    this.journal = journal;
    this.pageSize = pageSize;
  }

  /** Begins a record of what a call gave. */
  row(name: string, ret: number, args: Fields): Row {
    const errno = ret < 0 ? this.libc.errno : '';
    return new Row(this.journal, this.libc, { case: name, heap: this.heap, args: { ...args }, ret, errno });
  }

  /** A record without further fields. */
  report(name: string, ret: number, args: Fields, fields: Fields = {}): void {
    this.row(name, ret, args).add(fields).done();
  }

  /** Runs cases in a process of their own, so that their death is an answer. */
  group(cases: (probe: Probe) => void): void {
    const child = this.fork();
    child.#pagemap = child.libc.open('/proc/self/pagemap', O_RDONLY | O_CLOEXEC);
    child.live(() => {
      cases(child);
      return 0;
    });
    const ended = this.libc.waitpid(child.libc.process.pid);
    this.libc.usleep(10_000);
    if (ended !== undefined && ended.word !== 0) this.report('GROUP_DIED', -1, { status: ended.word });
  }

  /** fork(): the probe in the child, which knows what this one knows. */
  fork(): Probe {
    const child = new Probe(new Libc(this.libc.process.fork(), this.libc.errno), this.journal, this.pageSize);
    child.heap = this.heap;
    child.heapFd = this.heapFd;
    child.#pagemap = this.#pagemap;
    return child;
  }

  /** Runs what a child does and has it exit with the code that comes out, unless the kernel kills it on the way. */
  live(work: () => number): void {
    try {
      this.libc.process.exit(work());
    } catch (error) {
      if (!(error instanceof ProcessEnded) || error.pid !== this.libc.process.pid) throw error;
    }
  }

  openHeap(flags: number): number {
    return this.libc.open(`/dev/dma_heap/${this.heap}`, flags);
  }

  /** A buffer of the heap: its descriptor, or -1. */
  alloc(length: number | bigint, fdFlags: number = O_RDWR | O_CLOEXEC): number {
    const argument = encodeAllocationData({ length: BigInt(length), fdFlags });
    if (this.libc.ioctl(this.heapFd, DMA_HEAP_IOCTL_ALLOC, argument) < 0) return -1;
    return decodeAllocationData(argument).fd;
  }

  /** The page frame behind an address; -2 where pagemap does not show it. */
  pfnAt(address: number): number {
    const entry = new Uint8Array(8);
    const count = this.libc.withBytes(entry, (target) =>
      this.libc.call('pread64', this.#pagemap, target, 8, Math.floor(address / this.pageSize) * 8),
    );
    if (count !== 8) return -1;
    const value = new DataView(entry.buffer).getBigUint64(0, true);
    return value >> 63n === 0n ? -2 : Number(value & pfnMask);
  }

  /** The page frame of a buffer's first page. */
  bufferPfn(fd: number): number {
    const address = this.libc.mmap(this.pageSize, PROT_READ, MAP_SHARED, fd);
    if (address === undefined) return -3;
    this.libc.byte(address);
    const pfn = this.pfnAt(address);
    this.libc.munmap(address, this.pageSize);
    return pfn;
  }

  /** A figure of the heap's area in debugfs; undefined where it has no area of its name. */
  areaFigure(file: 'base_pfn' | 'count' | 'used' | 'maxchunk'): number | undefined {
    const text = this.libc.slurp(`/sys/kernel/debug/cma/${this.heap}/${file}`);
    return text === undefined ? undefined : Number(text);
  }

  get isCma(): boolean {
    return this.areaFigure('count') !== undefined;
  }

  /** Where a buffer lies in its area, in pages. */
  offsetOf(fd: number): number {
    return this.bufferPfn(fd) - (this.areaFigure('base_pfn') ?? 0);
  }

  /** A line of /proc/meminfo, in KiB; -1 where it has none. */
  meminfo(name: string): number {
    const text = this.libc.slurp('/proc/meminfo') ?? '';
    const value = new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text)?.[1];
    return value === undefined ? -1 : Number(value);
  }

  /** The open descriptors. */
  descriptors(): ReadonlySet<number> {
    const folder = this.libc.listOpen('/proc/self/fd');
    return new Set(folder?.names.map(Number).filter((fd) => fd !== folder.fd));
  }

  /** What the descriptors lead to that came since `before`; closes them. */
  newDescriptors(before: ReadonlySet<number>): { readonly new_fds: string[] } {
    const fresh = [...this.descriptors()].filter((fd) => !before.has(fd)).sort((a, b) => a - b);
    const links = fresh.map((fd) => {
      const { link } = this.libc.readlink(`/proc/self/fd/${fd}`);
      this.libc.close(fd);
      return link;
    });
    return { new_fds: links };
  }

  /** The area's bitmap as runs of used pages. */
  bitmapRuns(): [number, number][] | undefined {
    const text = this.libc.slurp(`/sys/kernel/debug/cma/${this.heap}/bitmap`);
    if (text === undefined) return undefined;
    const words = text
      .split(/\s+/)
      .filter((word) => word !== '')
      .map(Number);
    const runs: [number, number][] = [];
    const count = this.areaFigure('count') ?? 0;
    for (let page = 0; page < count; page++) {
      if ((((words[page >> 5] ?? 0) >>> (page & 31)) & 1) === 0) continue;
      const last = runs.at(-1);
      if (last !== undefined && last[0] + last[1] === page) last[1] += 1;
      else runs.push([page, 1]);
    }
    return runs;
  }
}
