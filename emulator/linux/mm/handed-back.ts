import { estimateLayout } from '../arch/arm64/mm/image-layout.ts';
import type { BootEnvironment } from '../init/kernel.ts';
import { oopsInIdleTask, oopsInInit, type PanicCause } from '../kernel/panic.ts';
import { freeAllMemory } from './boot-memory.ts';
import type { CmaArea } from './cma.ts';
import type { Memblock, MemoryRange } from './memblock.ts';
import { PageAllocator } from './page-alloc.ts';
import type { Zone } from './zone.ts';

/**
 * Memory that counts as free although it cannot be used: a region over the kernel image or the initrd that its handler
 * refuses takes their reservation with it, and a no-map region that is given back after the linear map was made is not
 * in that map. All of it goes to the page allocator, and whoever gets it first writes over what is there, or faults.
 * Plays no file of the kernel but what follows from mm/page_alloc.c: which pages are handed out first.
 * Deviation: what the kernel itself allocates while it boots is not emulated, only counted: as many pages as the
 * recorded kernels took at least, and a page for each page of the initrd.
 */

/** Pages that the kernel takes for itself: before there is a first process, and before that unpacks the initrd. */
const idlePages = 520;
const ownPages = 640;
/** Pages that the list of a processor is filled with beyond what was asked for. */
const batchPages = 63;

/** Who comes first upon memory that it must not have. */
export type Victim = 'idle task' | 'init';

/** Finds out who would get such memory, on zones of its own; undefined where there is none, or nobody gets that far. */
export function firstVictim(
  boot: BootEnvironment,
  memblock: Memblock,
  newZones: () => readonly Zone[],
): Victim | undefined {
  const { kernelImage, initrd } = boot.handoff;
  const { start, data, bss } = estimateLayout(kernelImage);
  const initrdStart = initrd?.baseBytes ?? 0n;
  const initrdEnd = initrdStart + (initrd?.sizeBytes ?? 0n);
  const suspects = [{ base: start, end: bss }, { base: initrdStart, end: initrdEnd }, ...memblock.unmapped];
  const isFree = ({ base, end }: MemoryRange): boolean =>
    memblock.freeRanges({ start: base, end }).next().done !== true;
  if (!suspects.some(isFree)) return undefined;
  const isUnmapped = (address: bigint): boolean =>
    memblock.unmapped.some(({ base, end }) => base <= address && address < end);
  const pages = new PageAllocator(newZones());
  freeAllMemory(boot, memblock, pages);
  const zone = pages.zones.at(-1)?.name ?? 'Normal';
  const next = (migrateType: 'unmovable' | 'movable'): bigint =>
    BigInt(pages.alloc({ order: 0, migrateType, zone, mayReclaim: false })) * BigInt(boot.pageSizeBytes);
  for (let taken = 0; taken < ownPages; taken += 1) {
    const address = next('unmovable');
    if ((address >= start && address < bss) || isUnmapped(address)) {
      return taken < idlePages ? 'idle task' : 'init';
    }
  }
  const initrdPages = Math.ceil(Number(initrdEnd - initrdStart) / boot.pageSizeBytes);
  for (let unpacked = 0; unpacked < initrdPages + batchPages; unpacked += 1) {
    const address = next('movable');
    const isUnread = address >= initrdStart + BigInt(unpacked * boot.pageSizeBytes) && address < initrdEnd;
    // Writing over data was seen to do no harm; text is write-protected.
    if (isUnread || (address >= start && address < data) || isUnmapped(address)) return 'init';
  }
  return undefined;
}

const cause: PanicCause = {
  subject: 'memory',
  rule: 'memory/handed-back',
  why:
    'memory of a region that no handler took was given back as free, although the kernel image or the initrd lies ' +
    'there, or although it is not in the linear map, and the kernel wrote to it; move the region, or make it one ' +
    'that its handler takes',
};

/** Dies before there is a first process. */
export function dieAsIdleTask(boot: BootEnvironment, victim: Victim | undefined): void {
  if (victim === 'idle task') oopsInIdleTask(boot, cause);
}

/** Dies in initcalls, or while the initrd is unpacked. */
export function dieAsInit(boot: BootEnvironment, victim: Victim | undefined): void {
  if (victim === 'init') oopsInInit(boot, cause);
}

/**
 * An area that reaches behind the end of memory gives the page allocator pages that nothing can write to. Pages that
 * can move come from areas while these hold more than half of what is free, the last block that was given first.
 */
export function dieOfBorrowedPage(
  boot: BootEnvironment,
  pages: PageAllocator,
  areas: readonly CmaArea[],
): void {
  for (const zone of pages.zones) {
    if (zone.freeCmaPages <= zone.freePages / 2) continue;
    const last = areas.findLast(
      ({ basePfn, active }) => active && (pages.zoneOf(basePfn) ?? pages.zones.at(-1)) === zone,
    );
    if (last === undefined) continue;
    const block = last.basePfn + last.pageCount - 2 ** zone.pageblockOrder;
    const hazard = last.hazardIn(block, batchPages);
    if (hazard?.kind !== 'unmapped') continue;
    oopsInInit(boot, {
      subject: last.nodePath ?? `area:${last.name}`,
      rule: 'cma/borrowed-page-unmapped',
      why:
        `the area ${last.name} holds more than half of what is free, so that the kernel borrows its pages, and its ` +
        `end lies over ${hazard.owner}`,
    });
  }
}
