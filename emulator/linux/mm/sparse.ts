import { hex } from '../../base/units.ts';
import type { BootEnvironment } from '../init/kernel.ts';
import { panic } from '../kernel/panic.ts';
import { IntervalSet } from '../lib/interval-set.ts';
import type { EarlyAllocator } from './early-alloc.ts';
import type { Memblock } from './memblock.ts';
import { memoryPfnRanges } from './mm-init.ts';
import { pageGeometry } from './page-geometry.ts';

/** sizeof(struct page). */
const pageStructBytes = 64;
/** sizeof(struct mem_section), without page extensions. */
const sectionStructBytes = 16;

/** Maps that are not virtually contiguous: the address of each section's map, by the section's number. */
export interface SectionMaps {
  readonly sectionPages: number;
  readonly addresses: ReadonlyMap<number, bigint>;
}

interface SectionFacts {
  readonly bits: number;
  readonly pages: number;
  /** Sections that hold memory. */
  readonly present: IntervalSet;
  readonly ranges: readonly (readonly [from: number, to: number])[];
}

function sections(boot: BootEnvironment, memblock: Memblock): SectionFacts {
  const { pageShift } = boot.config.facts;
  const { small, large } = boot.release.behaviours.sectionBits;
  const bits = pageShift === 16 ? large : small;
  const shift = BigInt(bits);
  const present = new IntervalSet();
  const ranges = memblock.memory.regions.map(({ base, end }): readonly [number, number] => {
    const from = Number(base >> shift);
    const to = Number((end - 1n) >> shift) + 1;
    present.add(from, to);
    return [from, to];
  });
  return { bits, pages: 2 ** (bits - pageShift), present, ranges };
}

/**
 * sparse_init(): takes the memory for the memory map, a structure per page of every section that holds memory, and
 * for what finds it. Plays mm/sparse.c and mm/sparse-vmemmap.c. Answers where the map of each section lies, if each
 * has one of its own.
 */
export function takeMemoryMap(
  boot: BootEnvironment,
  memblock: Memblock,
  early: EarlyAllocator,
): SectionMaps | undefined {
  const facts = sections(boot, memblock);
  takeSectionTables(boot, early, facts);
  takeUsage(boot, early, facts);
  if (!boot.config.enabled('SPARSEMEM_VMEMMAP')) return takeSectionMaps(boot, memblock, facts);
  takeVirtualMap(boot, memblock, early, facts);
  return undefined;
}

/** memblocks_present(): the table of roots, and a root for each group of sections. */
function takeSectionTables(boot: BootEnvironment, early: EarlyAllocator, facts: SectionFacts): void {
  const { physicalAddressBits } = boot.config.facts;
  const perRoot = boot.pageSizeBytes / sectionStructBytes;
  const roots = Math.ceil(2 ** (physicalAddressBits - facts.bits) / perRoot);
  early.require(BigInt(roots * 8), 64n, 'the table of memory sections');
  const used = new IntervalSet();
  for (const [from, to] of facts.ranges) used.add(Math.floor(from / perRoot), Math.ceil(to / perRoot));
  for (let root = 0; root < used.size; root += 1) {
    early.require(BigInt(perRoot * sectionStructBytes), 64n, 'memory sections');
  }
}

/** mem_section_usage_size(): a header, a map of subsections where the map is virtual, and flags of pageblocks. */
function usageBytes(boot: BootEnvironment, facts: SectionFacts): number {
  const { pageblockPages } = pageGeometry(boot.release, boot.config);
  const { pageblockFlagBits } = boot.release.behaviours;
  const subsections = boot.config.enabled('SPARSEMEM_VMEMMAP')
    ? 8 * Math.ceil(2 ** (facts.bits - 21) / 64)
    : 0;
  return 16 + subsections + 8 * Math.ceil(((facts.pages / pageblockPages) * pageblockFlagBits) / 64);
}

/** Flags of pageblocks and a map of subsections, for all sections at once. */
function takeUsage(boot: BootEnvironment, early: EarlyAllocator, facts: SectionFacts): void {
  const { kernelImage } = boot.handoff;
  const bytes = BigInt(usageBytes(boot, facts) * facts.present.size);
  const owner = 'usage maps of memory sections';
  if (boot.config.enabled('MEMORY_HOTREMOVE')) {
    const size = 1n << BigInt(facts.bits);
    const start = kernelImage.baseBytes - (kernelImage.baseBytes % size);
    if (early.allocate(bytes, 64n, owner, { start, end: start + size }) !== undefined) return;
  }
  early.require(bytes, 64n, owner);
}

/** sparse_init_nid() with a virtually contiguous map: one buffer for all, else block by block or page by page. */
function takeVirtualMap(
  boot: BootEnvironment,
  memblock: Memblock,
  early: EarlyAllocator,
  facts: SectionFacts,
): void {
  const { pageShift } = boot.config.facts;
  const blockBytes = 2n ** BigInt(2 * pageShift - 3);
  const mapBytes = BigInt(facts.pages * pageStructBytes);
  const sectionBytes = ((mapBytes + blockBytes - 1n) / blockBytes) * blockBytes;
  const count = BigInt(facts.present.size);
  const owner = 'the memory map';
  const inOne = boot.release.behaviours.memoryMapBuffer === 'one';
  const whole = inOne ? memblock.allocate(sectionBytes * count, sectionBytes, { owner }) : undefined;
  const tables = vmemmapTables(boot, facts);
  const usesBlocks = mapBytes % blockBytes === 0n;
  const ownTables = 'page tables of the memory map';
  if (whole === undefined) {
    early.takePages(tables, ownTables);
    const unit = usesBlocks ? blockBytes : BigInt(boot.pageSizeBytes);
    let missing = (mapBytes * count) / unit;
    if (usesBlocks) {
      while (missing > 0n && memblock.allocate(unit, unit, { owner }) !== undefined) missing -= 1n;
    }
    early.takePages(Number((missing * unit) / BigInt(boot.pageSizeBytes)), owner);
    return;
  }
  const used = mapBytes * count;
  if (sectionBytes * count > used) memblock.free(whole + used, sectionBytes * count - used);
  early.takePages(tables, ownTables);
}

/**
 * Page tables of the virtual map: one for each span of it, on each level that is not the top one. With 64K pages
 * the level below the top is shared with the fixed mappings, and there already.
 */
function vmemmapTables(boot: BootEnvironment, facts: SectionFacts): number {
  const { pageShift, virtualAddressBits } = boot.config.facts;
  const bits = pageShift - 3;
  const levels = Math.ceil((virtualAddressBits - pageShift) / bits);
  const mapBytes = facts.pages * pageStructBytes;
  const usesBlocks = mapBytes % 2 ** (pageShift + bits) === 0;
  let tables = 0;
  const allocated = pageShift === 16 ? levels - 2 : levels - 1;
  for (let level = usesBlocks ? 1 : 0; level < allocated; level += 1) {
    const span = 2 ** (pageShift + bits * (level + 1));
    const used = new IntervalSet();
    for (const [from, to] of facts.ranges) {
      used.add(Math.floor((from * mapBytes) / span), Math.ceil((to * mapBytes) / span));
    }
    tables += used.size;
  }
  return tables;
}

/** sparse_init_nid() with a map of its own for each section. */
function takeSectionMaps(boot: BootEnvironment, memblock: Memblock, facts: SectionFacts): SectionMaps {
  const mapBytes = BigInt(facts.pages * pageStructBytes);
  const owner = 'the memory map';
  const sections = facts.present.values;
  const addresses = new Map<number, bigint>();
  const whole = memblock.allocate(mapBytes * BigInt(sections.length), mapBytes, { owner });
  for (const [index, section] of sections.entries()) {
    const address =
      whole === undefined
        ? memblock.allocate(mapBytes, mapBytes, { owner })
        : whole + BigInt(index) * mapBytes;
    if (address === undefined) mapHasNoRoom(boot, memblock, mapBytes);
    addresses.set(section, address);
  }
  return { sectionPages: facts.pages, addresses };
}

function mapHasNoRoom(boot: BootEnvironment, memblock: Memblock, mapBytes: bigint): never {
  const from = boot.physicalAddress(memblock.startOfMemory);
  return panic(
    boot,
    `__populate_section_memmap: Failed to allocate ${mapBytes} bytes align=${hex(boot.pageSizeBytes)} nid=0 from=${from}`,
    {
      subject: 'memory',
      rule: 'memory/memory-map',
      why: `no free range holds the map of a section: ${mapBytes} bytes, aligned to as many`,
    },
  );
}

/** free_unused_memmap(): gives back the parts of sections' maps that stand for no memory. */
export function freeUnusedMap(
  boot: BootEnvironment,
  memblock: Memblock,
  maps: SectionMaps,
  blockPages: number,
): void {
  const { sectionPages } = maps;
  const alignUp = (pfn: number, to: number): number => Math.ceil(pfn / to) * to;
  let previousEnd = 0;
  for (const [from, to] of memoryPfnRanges(boot, memblock)) {
    const start = Math.min(from, alignUp(previousEnd, sectionPages));
    if (previousEnd !== 0 && previousEnd < start) freeMap(boot, memblock, maps, previousEnd, start);
    previousEnd = alignUp(to, blockPages);
  }
  if (previousEnd % sectionPages !== 0) {
    freeMap(boot, memblock, maps, previousEnd, alignUp(previousEnd, sectionPages));
  }
}

function freeMap(
  boot: BootEnvironment,
  memblock: Memblock,
  maps: SectionMaps,
  from: number,
  to: number,
): void {
  const section = Math.floor(from / maps.sectionPages);
  const address = maps.addresses.get(section);
  if (address === undefined) return;
  const page = BigInt(boot.pageSizeBytes);
  const at = (pfn: number): bigint => address + BigInt((pfn - section * maps.sectionPages) * pageStructBytes);
  const start = ((at(from) + page - 1n) / page) * page;
  const end = at(to) - (at(to) % page);
  if (start < end) memblock.free(start, end - start);
}
