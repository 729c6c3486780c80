import type { PhysicalMemory } from '../../machine/physical-memory.ts';
import type { Frames } from './frames.ts';
import { type PageEntry, PageTable } from './page-table.ts';
import { VM_ACCESS_FLAGS, VM_PFNMAP, VM_WRITE, type VmArea } from './vm-area.ts';

/** Why an access failed; translations are never negative otherwise. */
export const faultNoArea = -1;
export const faultProtection = -2;
export const faultBus = -3;
export const faultNoMemory = -4;
/** Reading untouched anonymous memory: zeroes, without a page of its own. */
export const zeroPage = -5;

/** The part of a kernel that user memory is made from. */
export interface MemoryHost {
  readonly memory: PhysicalMemory;
  readonly frames: Frames;
  readonly pageSizeBytes: number;
}

/** TASK_SIZE with 48-bit addresses. */
export const taskSizeBytes = 2 ** 48;
/** Where programs start to look for room from: below the stack and its guard. */
const mmapBase = taskSizeBytes - 0x0800_0000;
/** Two thirds up, where position-independent programs lie; the heap starts behind it. */
const brkBase = 0xaaaa_aaab_0000;
/** vm.mmap_min_addr */
const lowestAddress = 0x10000;

/**
 * The memory of a process: its mappings and the pages that are present. Plays struct mm_struct with
 * mm/mmap.c's lookups and mm/memory.c's faults.
 */
export class AddressSpace {
  readonly host: MemoryHost;
  readonly #areas: VmArea[] = [];
  readonly #pages: PageTable;
  /** Tasks that share it. */
  users = 1;
  brkStart = brkBase;
  brk = brkBase;
  /** Where the vDSO and the first stack pointer are; 0 in a process of no machine code. */
  vdso = 0;
  startStack = 0;
  /** Changes whenever a translation that was given may no longer hold. */
  generation = 0;
  /** The last translations, for runs of accesses to one page. */
  #lastReadPage = -1;
  #lastReadPfn = 0;
  #lastWritePage = -1;
  #lastWritePfn = 0;

  constructor(host: MemoryHost) {
    this.host = host;
    this.#pages = new PageTable(host.frames, () => this.flush());
  }

  /** The mappings, lowest first. */
  get areas(): readonly VmArea[] {
    return this.#areas;
  }

  /** Pages of a mapping that are present, as Rss counts them, and how many of them are the process's own. */
  presentPages(area: VmArea): { readonly present: number; readonly anonymous: number } {
    const counts = { present: 0, anonymous: 0 };
    if ((area.flags & VM_PFNMAP) !== 0) return counts;
    for (const [, entry] of this.#pages.within(this.#pageOf(area.start), this.#pageOf(area.end))) {
      counts.present += 1;
      if (entry.owned) counts.anonymous += 1;
    }
    return counts;
  }

  /** Pages that are the process's own. */
  get anonymousPageCount(): number {
    return this.#pages.ownedCount;
  }

  /** find_vma(): the first mapping that ends above `address`. */
  findFrom(address: number): VmArea | undefined {
    return this.#areas[this.#indexFrom(address)];
  }

  /** vma_lookup(): the mapping that holds `address`. */
  find(address: number): VmArea | undefined {
    const area = this.findFrom(address);
    return area !== undefined && area.start <= address ? area : undefined;
  }

  #indexFrom(address: number): number {
    let low = 0;
    let high = this.#areas.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#areas[middle]?.end ?? 0) > address) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** The mappings that touch a range. */
  overlapping(start: number, end: number): VmArea[] {
    const found: VmArea[] = [];
    for (let index = this.#indexFrom(start); index < this.#areas.length; index += 1) {
      const area = this.#areas[index];
      if (area === undefined || area.start >= end) break;
      found.push(area);
    }
    return found;
  }

  /** How many bytes from `address` on are mapped without a hole, up to `lengthBytes`. */
  mappedPrefix(address: number, lengthBytes: number): number {
    let end = address;
    for (const area of this.overlapping(address, address + lengthBytes)) {
      if (area.start > end) break;
      end = area.end;
    }
    return Math.min(end - address, lengthBytes);
  }

  /** Links a mapping whose range is free. */
  insert(area: VmArea): void {
    this.#areas.splice(this.#indexFrom(area.start), 0, area);
    this.flush();
  }

  /** Takes a mapping out; its pages stay. */
  remove(area: VmArea): void {
    const index = this.#areas.indexOf(area);
    if (index >= 0) this.#areas.splice(index, 1);
    this.flush();
  }

  /** Cuts a mapping in two at `address`; the new upper part has its own reference on the file. */
  split(area: VmArea, address: number): VmArea {
    const upper = area.copyFor(address, area.end, this.host.pageSizeBytes);
    area.file?.get();
    area.end = address;
    this.insert(upper);
    return upper;
  }

  /**
   * get_unmapped_area(): the highest free range of that length below the stack, or undefined. A hint is
   * taken where it is free.
   */
  findRoom(lengthBytes: number, hint = 0): number | undefined {
    if (
      hint >= lowestAddress &&
      hint + lengthBytes <= taskSizeBytes &&
      this.overlapping(hint, hint + lengthBytes).length === 0
    ) {
      return hint;
    }
    let top = mmapBase;
    for (let index = this.#areas.length - 1; index >= -1; index -= 1) {
      const area = this.#areas[index];
      const bottom = area?.end ?? lowestAddress;
      if (Math.min(top, mmapBase) - bottom >= lengthBytes) return Math.min(top, mmapBase) - lengthBytes;
      top = Math.min(top, area?.start ?? top);
    }
    return undefined;
  }

  /** Forgets remembered translations. */
  flush(): void {
    this.generation += 1;
    this.#lastReadPage = -1;
    this.#lastWritePage = -1;
  }

  // The next two are twins on purpose: one body for both would cost every access a branch and a call.

  /** Physical address of a byte for reading, or one of the fault numbers. */
  translateRead(address: number): number {
    const { pageSizeBytes } = this.host;
    const page = Math.floor(address / pageSizeBytes);
    if (page !== this.#lastReadPage) {
      const pfn = this.#readPfn(page, address);
      if (pfn < 0) return pfn;
      this.#lastReadPage = page;
      this.#lastReadPfn = pfn;
    }
    return this.#lastReadPfn * pageSizeBytes + (address - page * pageSizeBytes);
  }

  /** Physical address of a byte for writing, or one of the fault numbers. */
  translateWrite(address: number): number {
    const { pageSizeBytes } = this.host;
    const page = Math.floor(address / pageSizeBytes);
    if (page !== this.#lastWritePage) {
      const pfn = this.#writePfn(page, address);
      if (pfn < 0) return pfn;
      this.#lastWritePage = page;
      this.#lastWritePfn = pfn;
    }
    return this.#lastWritePfn * pageSizeBytes + (address - page * pageSizeBytes);
  }

  /** On arm64 every mapping that allows anything may be read. */
  #readPfn(page: number, address: number): number {
    const area = this.find(address);
    if (area === undefined) return faultNoArea;
    if ((area.flags & VM_ACCESS_FLAGS) === 0) return faultProtection;
    const present = this.#pages.get(page);
    if (present !== undefined) return present.pfn;
    if (area.backing === undefined) return zeroPage;
    const pfn = this.#backingPfn(area, page);
    if (pfn < 0 || area.backing.populated) return pfn;
    this.#pages.set(page, { pfn, owned: false, writable: !area.copiesOnWrite });
    return pfn;
  }

  #backingPfn(area: VmArea, page: number): number {
    const index = page - area.start / this.host.pageSizeBytes + area.backingOffset;
    return area.backing?.pageAt(index) ?? faultBus;
  }

  #writePfn(page: number, address: number): number {
    const area = this.find(address);
    if (area === undefined) return faultNoArea;
    if ((area.flags & VM_WRITE) === 0) return faultProtection;
    const present = this.#pages.get(page);
    if (present?.writable === true) return present.pfn;
    if (present !== undefined) return this.#copyOnWrite(page, present);
    if (area.backing === undefined) return this.#newAnonymous(page);
    const pfn = this.#backingPfn(area, page);
    if (pfn < 0) return pfn;
    if (area.copiesOnWrite) return this.#copyOnWrite(page, { pfn, owned: false, writable: false });
    if (!area.backing.populated) this.#pages.set(page, { pfn, owned: false, writable: true });
    return pfn;
  }

  #newAnonymous(page: number): number {
    const pfn = this.host.frames.allocate();
    if (pfn < 0) return faultNoMemory;
    const { memory, pageSizeBytes } = this.host;
    memory.zero(pfn * pageSizeBytes, pageSizeBytes);
    this.#setPage(page, { pfn, owned: true, writable: true });
    return pfn;
  }

  #copyOnWrite(page: number, present: PageEntry): number {
    const { memory, frames, pageSizeBytes } = this.host;
    if (present.owned && !frames.isShared(present.pfn)) {
      present.writable = true;
      return present.pfn;
    }
    const pfn = frames.allocate();
    if (pfn < 0) return faultNoMemory;
    const content = new Uint8Array(pageSizeBytes);
    memory.read(present.pfn * pageSizeBytes, content);
    memory.zero(pfn * pageSizeBytes, pageSizeBytes);
    if (content.some((byte) => byte !== 0)) memory.write(pfn * pageSizeBytes, content);
    if (present.owned) frames.put(present.pfn);
    this.#setPage(page, { pfn, owned: true, writable: true });
    return pfn;
  }

  #setPage(page: number, entry: PageEntry): void {
    this.#pages.set(page, entry);
    if (this.#lastReadPage === page) this.#lastReadPage = -1;
  }

  /** The pfn of a present page, for those who look without touching; mappings by number only show nothing. */
  presentPfn(address: number): number | undefined {
    if (((this.find(address)?.flags ?? VM_PFNMAP) & VM_PFNMAP) !== 0) return undefined;
    return this.#pages.get(this.#pageOf(address))?.pfn;
  }

  #pageOf(address: number): number {
    return Math.floor(address / this.host.pageSizeBytes);
  }

  /** Takes the pages of a range away (zap_page_range()). */
  dropPages(start: number, end: number): void {
    this.#pages.drop(this.#pageOf(start), this.#pageOf(end));
  }

  /** Moves present pages to another range (move_page_tables()). */
  movePages(from: number, to: number, lengthBytes: number): void {
    this.#pages.move(this.#pageOf(from), this.#pageOf(from + lengthBytes), this.#pageOf(to - from));
  }

  /** Copies `area`'s pages to a child: its own ones are shared from now on, until one side writes. */
  sharePagesWith(child: AddressSpace, area: VmArea): void {
    this.#pages.shareWith(child.#pages, this.#pageOf(area.start), this.#pageOf(area.end));
  }

  /** Copies from user memory; returns how many bytes could not be read, with the reason in `lastFault`. */
  read(address: number, target: Uint8Array, targetOffset: number, lengthBytes: number): number {
    const { memory, pageSizeBytes } = this.host;
    for (let done = 0; done < lengthBytes; ) {
      const at = address + done;
      const count = Math.min(pageSizeBytes - (at & (pageSizeBytes - 1)), lengthBytes - done);
      const physical = at < taskSizeBytes ? this.translateRead(at) : faultNoArea;
      if (physical >= 0) memory.read(physical, target, targetOffset + done, count);
      else if (physical === zeroPage) target.fill(0, targetOffset + done, targetOffset + done + count);
      else return this.#faulted(physical, at, lengthBytes - done);
      done += count;
    }
    return 0;
  }

  /** Copies to user memory; returns how many bytes could not be written, with the reason in `lastFault`. */
  write(address: number, source: Uint8Array, sourceOffset: number, lengthBytes: number): number {
    const { memory, pageSizeBytes } = this.host;
    for (let done = 0; done < lengthBytes; ) {
      const at = address + done;
      const count = Math.min(pageSizeBytes - (at & (pageSizeBytes - 1)), lengthBytes - done);
      const physical = at < taskSizeBytes ? this.translateWrite(at) : faultNoArea;
      if (physical < 0) return this.#faulted(physical, at, lengthBytes - done);
      memory.write(physical, source, sourceOffset + done, count);
      done += count;
    }
    return 0;
  }

  /** Sets user memory to one byte value; as `write`. */
  fill(address: number, lengthBytes: number, value: number): number {
    const { memory, pageSizeBytes } = this.host;
    for (let done = 0; done < lengthBytes; ) {
      const at = address + done;
      const count = Math.min(pageSizeBytes - (at & (pageSizeBytes - 1)), lengthBytes - done);
      const physical = at < taskSizeBytes ? this.translateWrite(at) : faultNoArea;
      if (physical < 0) return this.#faulted(physical, at, lengthBytes - done);
      memory.fill(physical, count, value);
      done += count;
    }
    return 0;
  }

  /** Why the last copy stopped: one of the fault numbers. */
  lastFault = 0;
  /** Where the last copy stopped. */
  lastFaultAddress = 0;

  #faulted(fault: number, address: number, left: number): number {
    this.lastFault = fault;
    this.lastFaultAddress = address;
    return left;
  }
}
