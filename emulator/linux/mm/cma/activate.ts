import { hex } from '../../../base/units.ts';
import type { BootEnvironment } from '../../init/kernel.ts';
import { oopsInInit } from '../../kernel/panic.ts';
import type { Memblock } from '../memblock.ts';
import type { PageAllocator } from '../page-alloc.ts';
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
    checkInsideMemory(boot, memblock, area);
    const zone = pages.zoneOf(area.basePfn);
    const last = area.basePfn + area.pageCount - 1;
    if (zone === undefined || pages.zoneOf(last) !== zone) {
      abandon(boot, area, pages);
      continue;
    }
    const busy = cma.all
      .slice(0, area.index)
      .filter((other) => other.active)
      .flatMap((other) => overlap(area, other));
    area.activate(hazards(boot, memblock, area), busy);
    zone.addLender(area);
  }
}

/** The kernel reads the page structures of the whole area; where there are none, it dies. */
function checkInsideMemory(boot: BootEnvironment, memblock: Memblock, area: Area): void {
  const shift = BigInt(boot.config.facts.pageShift);
  const { small, large } = boot.release.behaviours.sectionBits;
  const section = BigInt(boot.config.facts.pageShift === 16 ? large : small);
  const base = BigInt(area.basePfn) << shift;
  const end = BigInt(area.basePfn + area.pageCount) << shift;
  for (let at = base >> section; at <= (end - 1n) >> section; at += 1n) {
    if (memblock.overlapsMemory(at << section, 1n << section)) continue;
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

function overlap(area: Area, other: Area): { firstPfn: number; endPfn: number }[] {
  const firstPfn = Math.max(area.basePfn, other.basePfn);
  const endPfn = Math.min(area.basePfn + area.pageCount, other.basePfn + other.pageCount);
  return firstPfn < endPfn ? [{ firstPfn, endPfn }] : [];
}

/** Parts of an area that are not plain memory: unmapped ranges, and what boot loader and kernel put there. */
function hazards(boot: BootEnvironment, memblock: Memblock, area: Area): CmaHazard[] {
  const found: CmaHazard[] = [];
  for (const region of memblock.memory.regions) {
    const range = region.noMap ? pagesIn(boot, area, region.base, region.end) : undefined;
    if (range === undefined) continue;
    const [claim] = memblock.claimsIn(region.base, region.end);
    found.push({
      firstPfn: range[0],
      endPfn: range[1],
      kind: 'unmapped',
      owner: claim?.owner ?? 'a no-map region',
    });
  }
  const { kernelImage, dtb, initrd } = boot.handoff;
  for (const [owner, object] of Object.entries({ 'kernel image': kernelImage, dtb, initrd })) {
    if (object === undefined) continue;
    const range = pagesIn(boot, area, object.baseBytes, object.baseBytes + object.sizeBytes);
    if (range !== undefined) found.push({ firstPfn: range[0], endPfn: range[1], kind: 'in-use', owner });
  }
  return found;
}
