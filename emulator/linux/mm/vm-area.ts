import type { OpenFile } from '../fs/file.ts';

/** Flags of a mapping: include/linux/mm.h. */
export const VM_READ = 0x1;
export const VM_WRITE = 0x2;
export const VM_EXEC = 0x4;
export const VM_SHARED = 0x8;
export const VM_MAYREAD = 0x10;
export const VM_MAYWRITE = 0x20;
export const VM_MAYEXEC = 0x40;
export const VM_MAYSHARE = 0x80;
export const VM_GROWSDOWN = 0x100;
export const VM_PFNMAP = 0x400;
export const VM_LOCKED = 0x2000;
export const VM_IO = 0x4000;
export const VM_SEQ_READ = 0x8000;
export const VM_RAND_READ = 0x10000;
export const VM_DONTCOPY = 0x20000;
export const VM_DONTEXPAND = 0x40000;
export const VM_ACCOUNT = 0x100000;
export const VM_NORESERVE = 0x200000;
export const VM_WIPEONFORK = 0x2000000;
export const VM_DONTDUMP = 0x4000000;
export const VM_MIXEDMAP = 0x10000000;
export const VM_HUGEPAGE = 0x20000000;
export const VM_NOHUGEPAGE = 0x40000000;

export const VM_ACCESS_FLAGS = VM_READ | VM_WRITE | VM_EXEC;
/** Mappings of memory that is no ordinary page. */
export const VM_SPECIAL = VM_IO | VM_DONTEXPAND | VM_PFNMAP | VM_MIXEDMAP;

/** What a mapping's pages are, where they are not private anonymous memory. */
export interface AreaBacking {
  /** The pfn of a page, counted from the file's start, or undefined: SIGBUS. */
  pageAt(pageIndex: number): number | undefined;
  /** Whether pages are present from mmap() on, and not only once touched. */
  readonly populated: boolean;
}

/** A mapping: a range of a process's addresses with one meaning. Plays struct vm_area_struct. */
export class VmArea {
  /** First address. */
  start: number;
  /** First address behind it. */
  end: number;
  /** VM_* */
  flags: number;
  readonly file: OpenFile | undefined;
  /** vm_pgoff: where in the file the mapping begins, in pages. */
  offsetPages: number;
  /** What a shared or file mapping shows; undefined for private anonymous memory. */
  backing: AreaBacking | undefined = undefined;
  /** As `offsetPages`, but what backing is asked for: a private remap shows its pfn as offset. */
  backingOffset: number;

  constructor(start: number, end: number, flags: number, file?: OpenFile, offsetPages = 0) {
    this.start = start;
    this.end = end;
    this.flags = flags;
    this.file = file;
    this.offsetPages = offsetPages;
    this.backingOffset = offsetPages;
  }

  get isShared(): boolean {
    return (this.flags & (VM_SHARED | VM_MAYSHARE)) !== 0;
  }

  /** is_cow_mapping(): writes go to copies. */
  get copiesOnWrite(): boolean {
    return (this.flags & (VM_SHARED | VM_MAYWRITE)) === VM_MAYWRITE;
  }

  /** vma_is_anonymous() */
  get isAnonymous(): boolean {
    return this.backing === undefined;
  }

  /** The same mapping for another range of addresses; the caller takes the reference on the file. */
  copyFor(start: number, end: number, pageSizeBytes: number): VmArea {
    const skipped = (start - this.start) / pageSizeBytes;
    const copy = new VmArea(start, end, this.flags, this.file, this.offsetPages + skipped);
    copy.backing = this.backing;
    copy.backingOffset = this.backingOffset + skipped;
    return copy;
  }
}
