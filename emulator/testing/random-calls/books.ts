import { type DmaBuf, DmaBufFile } from '../../linux/drivers/dma-buf/dma-buf.ts';
import { VgemFile } from '../../linux/drivers/gpu/drm/vgem.ts';
import type { FdTable } from '../../linux/fs/fdtable.ts';
import type { OpenFile } from '../../linux/fs/file.ts';
import type { Kernel } from '../../linux/init/kernel.ts';
import type { AddressSpace } from '../../linux/mm/address-space.ts';
import { UnixSocketFile } from '../../linux/net/unix-socket.ts';

/** What is wrong with a kernel's books; the call that was made last brought it about. */
class BooksAreWrong extends Error {}

function expectEqual(what: string, found: number, expected: number): void {
  if (found !== expected) throw new BooksAreWrong(`${what}: ${found}, where ${expected} was expected`);
}

/** The files that something refers to, with how many references there are: descriptors, mappings, messages, importers. */
function referenced(kernel: Kernel): ReadonlyMap<OpenFile, number> {
  const counts = new Map<OpenFile, number>();
  const waiting: OpenFile[] = [];
  const count = (file: OpenFile | undefined, references = 1): void => {
    if (file === undefined || references === 0) return;
    const known = counts.get(file) ?? 0;
    counts.set(file, known + references);
    if (known === 0) waiting.push(file);
  };
  const tables = new Set<FdTable>();
  const spaces = new Set<AddressSpace>();
  for (const task of kernel.tasks.all) {
    if (!task.isAlive) continue;
    tables.add(task.files);
    spaces.add(task.memory);
  }
  for (const buffer of kernel.dmaBufs.live) count(buffer.file, buffer.pendingPolls);
  for (const table of tables) for (const fd of table.numbers) count(table.raw(fd));
  for (const space of spaces) for (const area of space.areas) count(area.file);
  // Sockets that only messages carry: what they hold goes once another socket does.
  for (const socket of kernel.socketsInFlight.sockets) if (!counts.has(socket)) waiting.push(socket);
  const seen = new Set<OpenFile>();
  for (let file = waiting.pop(); file !== undefined; file = waiting.pop()) {
    if (seen.has(file)) continue;
    seen.add(file);
    if (file instanceof UnixSocketFile) for (const inside of file.filesInFlight) count(inside);
    if (file instanceof VgemFile)
      for (const { buffer, references } of file.imports) count(buffer.file, references);
  }
  return counts;
}

/**
 * Checks a kernel's books against what its processes can reach. Kept beside the kernel: it is told of every buffer that
 * comes and goes.
 */
export class Books {
  readonly #kernel: Kernel;
  /** Whose each page is. */
  readonly #owners = new Map<number, DmaBuf>();
  readonly #pages = new Map<DmaBuf, readonly number[]>();
  #systemPages = 0;
  #areaPages = 0;
  #overlap: string | undefined = undefined;
  readonly #usedAtStart: number;
  readonly #pagesAtStart: number;
  readonly #filesAtStart: number;

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    this.#usedAtStart = this.#usedPages;
    this.#pagesAtStart = kernel.pages.freePages + kernel.frames.inUse;
    this.#filesAtStart = kernel.files.open - referenced(kernel).size;
    kernel.dmaBufs.observe({
      exported: (buffer) => this.#take(buffer),
      released: (buffer) => this.#giveBack(buffer),
    });
  }

  get #usedPages(): number {
    return this.#kernel.cma.all.reduce((sum, area) => sum + area.usedPages, 0);
  }

  #isInArea(pfn: number): boolean {
    return this.#kernel.cma.all.some((area) => area.basePfn <= pfn && pfn < area.basePfn + area.pageCount);
  }

  #take(buffer: DmaBuf): void {
    if (buffer.heapName === undefined) return;
    const count = buffer.sizeBytes / this.#kernel.pageSizeBytes;
    const pages = Array.from({ length: count }, (_, index) => buffer.operations.pageAt(index) ?? -1);
    for (const pfn of pages) {
      const other = this.#owners.get(pfn);
      if (other !== undefined) this.#overlap = `page ${pfn} belongs to buffers ${other.id} and ${buffer.id}`;
      this.#owners.set(pfn, buffer);
    }
    this.#pages.set(buffer, pages);
    this.#count(pages, 1);
  }

  #giveBack(buffer: DmaBuf): void {
    const pages = this.#pages.get(buffer) ?? [];
    for (const pfn of pages) this.#owners.delete(pfn);
    this.#pages.delete(buffer);
    this.#count(pages, -1);
  }

  #count(pages: readonly number[], sign: number): void {
    const [first] = pages;
    if (first === undefined) return;
    if (this.#isInArea(first)) this.#areaPages += sign * pages.length;
    else this.#systemPages += sign * pages.length;
  }

  /** Throws `BooksAreWrong`: a reference that is counted twice or not at all, a page that is lost or has two owners. */
  check(): void {
    const { pages, frames, cma } = this.#kernel;
    if (this.#overlap !== undefined) throw new BooksAreWrong(this.#overlap);
    expectEqual('pages that areas count as used', this.#usedPages, this.#usedAtStart + this.#areaPages);
    for (const area of cma.all)
      expectEqual(
        `pages of ${area.name}`,
        area.usedPages + area.freePages + area.borrowedPages,
        area.pageCount,
      );
    const all = pages.freePages + frames.inUse + this.#systemPages + this.#areaPages;
    expectEqual('pages in anybody’s hands', all, this.#pagesAtStart);
    this.#checkReferences();
  }

  #checkReferences(): void {
    const counts = referenced(this.#kernel);
    for (const [file, count] of counts) expectEqual(`references of ${file.path}`, file.references, count);
    for (const buffer of this.#kernel.dmaBufs.live) {
      if (!counts.has(buffer.file))
        throw new BooksAreWrong(`buffer ${buffer.id} lives, and nobody refers to it`);
    }
    for (const file of counts.keys()) {
      if (file instanceof DmaBufFile && !this.#isLive(file.buffer))
        throw new BooksAreWrong(`buffer ${file.buffer.id} is gone, and somebody refers to it`);
    }
    expectEqual('open files', this.#kernel.files.open, this.#filesAtStart + counts.size);
  }

  #isLive(buffer: DmaBuf): boolean {
    return buffer.heapName === undefined || this.#pages.has(buffer);
  }

  /** That nothing is left once all processes have ended. */
  checkEmpty(): void {
    this.check();
    expectEqual('live buffers', this.#kernel.dmaBufs.live.length, 0);
    expectEqual('frames of processes and files', this.#kernel.frames.inUse, 0);
  }
}
