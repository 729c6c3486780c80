import { hex } from '../../../base/units.ts';
import type { BootEnvironment } from '../../init/kernel.ts';
import { oopsInInit } from '../../kernel/panic.ts';
import { physicalAddressMax } from '../memblock/region-table.ts';
import type { Memblock } from '../memblock.ts';
import type { PageAllocator } from '../page-alloc.ts';
import type { Zone } from '../zone.ts';
import type { Area, CmaHazard } from './area.ts';
import type { CmaTable } from './table.ts';

/** The pages of an area that lie in a range of bytes. */
function pagesIn(boot: BootEnvironment, area: Area, base: bigint, end: bigint): [number, number] | undefined {
  const shift = BigInt(boot.config.facts.pageShift);
  const page = 1n << shift;
  const from = Math.max(area.basePfn, Number(base >> shift));
  const to = Math.min(area.basePfn + area.pageCount, Number((end + page - 1n) >> shift));
  return from < to ? [from, to] : undefined;
}

/**
 * cma_init_reserved_areas(), a core_initcall: gives each area its bitmap and its pages to the page allocator.
 * An area that spans zones stays without pages; one that lies outside memory kills the kernel.
 */
export function activateAreas(
  boot: BootEnvironment,
  memblock: Memblock,
  cma: CmaTable,
  pages: PageAllocator,
): void {
  for (const area of cma.all) {
    checkInsideMemory(boot, memblock, area, pages.maxOrder);
    const zone = zoneOf(pages, area.basePfn);
    const last = area.basePfn + area.pageCount - 1;
    if (zone === undefined || zoneOf(pages, last) !== zone) {
      abandon(boot, area, pages);
      continue;
    }
    area.activate(hazards(boot, memblock, area));
    loseFreedBlocks(boot, memblock, area, 2 ** zone.pageblockOrder);
    if (boot.release.behaviours.blocksBeyondZone === 'busy') loseBlocksBeyond(zone, area);
    for (const other of cma.all.slice(0, area.index)) if (other.active) share(boot, area, other);
    zone.addLender(area);
  }
}

/** The zone that a page's structure names: pages behind the end of memory count with the last zone. */
function zoneOf(pages: PageAllocator, pfn: number): Zone | undefined {
  const { zones } = pages;
  const beyond = pfn < (zones[0]?.startPfn ?? 0) ? zones[0] : zones.at(-1);
  return pages.zoneOf(pfn) ?? beyond;
}

/**
 * log2 of the unit in which page structures exist: whole sections, or blocks of the largest order where the map of
 * each section is cut down to memory.
 */
function mapUnitShift(boot: BootEnvironment, maxOrder: number): bigint {
  const { pageShift } = boot.config.facts;
  const { small, large } = boot.release.behaviours.sectionBits;
  if (!boot.config.enabled('SPARSEMEM_VMEMMAP')) return BigInt(pageShift + maxOrder);
  return BigInt(pageShift === 16 ? large : small);
}

/** The kernel reads the page structures of the whole area; where there are none, it dies. */
function checkInsideMemory(boot: BootEnvironment, memblock: Memblock, area: Area, maxOrder: number): void {
  const shift = BigInt(boot.config.facts.pageShift);
  const unit = mapUnitShift(boot, maxOrder);
  const base = BigInt(area.basePfn) << shift;
  const end = BigInt(area.basePfn + area.pageCount) << shift;
  for (let at = base >> unit; at <= (end - 1n) >> unit; at += 1n) {
    if (memblock.overlapsMemory(at << unit, 1n << unit)) continue;
    oopsInInit(boot, {
      subject: area.nodePath ?? `area:${area.name}`,
      rule: 'cma/area-outside-memory',
      why:
        `the area ${area.name}, [${hex(base)}, ${hex(end)}), lies where there is no memory; ` +
        `memory ends at ${hex(memblock.endOfMemory)}`,
    });
  }
}

function abandon(boot: BootEnvironment, area: Area, pages: PageAllocator): void {
  boot.log.err(`cma: CMA area ${area.name} could not be activated`);
  pages.addRange(area.basePfn, area.basePfn + area.pageCount);
  boot.decisions.note({
    subject: area.nodePath ?? `area:${area.name}`,
    rule: 'cma/one-zone',
    outcome: `the area ${area.name} spans two zones: it stays without pages, and its memory goes to the system`,
  });
  area.abandon();
}

/**
 * init_cma_reserved_pageblock() frees whole pageblocks. The page allocator takes none in which a page is free already,
 * because early code gave back a part of what it had reserved: such a block stays in nobody's hands.
 */
function loseFreedBlocks(boot: BootEnvironment, memblock: Memblock, area: Area, blockPages: number): void {
  const shift = BigInt(boot.config.facts.pageShift);
  const page = 1n << shift;
  const window = {
    start: BigInt(area.basePfn) << shift,
    end: BigInt(area.basePfn + area.pageCount) << shift,
  };
  for (const { base, end } of memblock.freeRanges(window)) {
    const from = Number((base + page - 1n) >> shift);
    const to = Number(end >> shift);
    if (from >= to) continue;
    area.exclude(Math.floor(from / blockPages) * blockPages, Math.ceil(to / blockPages) * blockPages);
  }
}

/** prep_move_freepages_block() isolates only pageblocks that the zone spans as a whole. */
function loseBlocksBeyond(zone: Zone, area: Area): void {
  const blockPages = 2 ** zone.pageblockOrder;
  const end = area.basePfn + area.pageCount;
  const spanned = Math.floor(zone.endPfn / blockPages) * blockPages;
  if (spanned < end) area.exclude(spanned, end);
}

/**
 * Pages that two areas gave to the page allocator: where it checks what it is given they are bad from then on, and
 * neither area can have them; later they are taken as they come.
 */
function share(boot: BootEnvironment, area: Area, other: Area): void {
  const firstPfn = Math.max(area.basePfn, other.basePfn);
  const endPfn = Math.min(area.basePfn + area.pageCount, other.basePfn + other.pageCount);
  if (firstPfn >= endPfn) return;
  if (boot.release.behaviours.sharedAreaPages === 'first-come') {
    area.addRival(other);
    other.addRival(area);
    return;
  }
  area.exclude(firstPfn, endPfn);
  other.exclude(firstPfn, endPfn);
}

/** Parts of an area that are not plain memory: unmapped ranges, and what boot loader and kernel put there. */
function hazards(boot: BootEnvironment, memblock: Memblock, area: Area): CmaHazard[] {
  const found: CmaHazard[] = [];
  const add = (kind: CmaHazard['kind'], owner: string, base: bigint, end: bigint): void => {
    const range = pagesIn(boot, area, base, end);
    if (range !== undefined) found.push({ firstPfn: range[0], endPfn: range[1], kind, owner });
  };
  let previousEnd = 0n;
  for (const region of memblock.memory.regions) {
    add('unmapped', 'no memory', previousEnd, region.base);
    previousEnd = region.end;
    if (!region.noMap) continue;
    const [claim] = memblock.claimsIn(region.base, region.end);
    add('unmapped', claim?.owner ?? 'a no-map region', region.base, region.end);
  }
  add('unmapped', 'no memory', previousEnd, physicalAddressMax);
  for (const { base, end } of memblock.unmapped)
    add('unmapped', 'a no-map region that was given back', base, end);
  const { kernelImage, dtb, initrd } = boot.handoff;
  for (const [owner, object] of Object.entries({ 'kernel image': kernelImage, dtb, initrd })) {
    if (object !== undefined) add('in-use', owner, object.baseBytes, object.baseBytes + object.sizeBytes);
  }
  return found;
}
