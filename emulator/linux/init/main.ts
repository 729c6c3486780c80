import type { DecisionRecord } from '../../base/decisions.ts';
import type { Handoff } from '../../machine/handoff.ts';
import { PhysicalMemory } from '../../machine/physical-memory.ts';
import { dmaReach, initMemblock, zoneLimits } from '../arch/arm64/mm/init.ts';
import { takePageTables } from '../arch/arm64/mm/mmu.ts';
import { initEfiMemory } from '../drivers/firmware/efi/efi-init.ts';
import { scanMemory } from '../drivers/of/fdt.ts';
import type { RegionHandler } from '../drivers/of/reserved-mem/handler.ts';
import { ReservedMemory } from '../drivers/of/reserved-mem.ts';
import { unflattenedBytes } from '../drivers/of/unflatten.ts';
import type { KernelConfig } from '../kconfig.ts';
import { coherentPoolHandler } from '../kernel/dma/coherent.ts';
import { ContiguousAreas } from '../kernel/dma/contiguous.ts';
import { takeAtomicPools } from '../kernel/dma/pool.ts';
import { reserveBounceBuffer, restrictedPoolHandler } from '../kernel/dma/swiotlb.ts';
import { Halt, panic } from '../kernel/panic.ts';
import { BootParameters } from '../kernel/params.ts';
import { Printk } from '../kernel/printk.ts';
import { Clock } from '../kernel/time.ts';
import {
  freeAllMemory,
  freeInitMemory,
  freeInitrd,
  printMemory,
  takeLateEarlyMemory,
} from '../mm/boot-memory.ts';
import { activateAreas } from '../mm/cma/activate.ts';
import { CmaTable } from '../mm/cma/table.ts';
import { EarlyAllocator } from '../mm/early-alloc.ts';
import { Memblock } from '../mm/memblock.ts';
import { initZones, type ZoneRange } from '../mm/mm-init.ts';
import { PageAllocator } from '../mm/page-alloc.ts';
import { type PageGeometry, pageGeometry } from '../mm/page-geometry.ts';
import { freeUnusedMap, type SectionMaps, takeMemoryMap } from '../mm/sparse.ts';
import { Zone } from '../mm/zone.ts';
import type { Release } from '../releases.ts';
import { type EarlyParameters, parseEarlyParameters } from './early-params.ts';
import { runInitcalls } from './initcalls.ts';
import type { BootEnvironment, DeadKernel, EarlyKernel, Kernel } from './kernel.ts';

/** What a kernel is booted with. */
export interface BootRequest {
  readonly handoff: Handoff;
  readonly release: Release;
  readonly config: KernelConfig;
  readonly exportPolicy: string;
  readonly decisions: DecisionRecord;
  readonly seed: number;
  /** The machine's RAM; empty RAM of its own where none is given. */
  readonly memory?: PhysicalMemory;
}

/** A running kernel, or how far a dead one came. */
export type BootOutcome =
  | { readonly booted: true; readonly kernel: Kernel; readonly panic?: undefined }
  | {
      readonly booted: false;
      readonly dead: DeadKernel;
      readonly panic: string;
      readonly kernel?: undefined;
    };

/** Virtual time at which the initcalls run, and at which the first process starts. */
const initcallsAtNs = 60_000_000n;
const firstProcessAtNs = 400_000_000n;

/** The parts of a kernel whose memory is coming up. */
interface MemoryStage {
  readonly boot: BootEnvironment;
  readonly geometry: PageGeometry;
  readonly memblock: Memblock;
  readonly early: EarlyAllocator;
  readonly cma: CmaTable;
  readonly contiguous: ContiguousAreas;
  readonly reserved: ReservedMemory;
}

/** How memory is divided. */
interface MemoryLayout {
  readonly zones: readonly ZoneRange[];
  /** arm64_dma_phys_limit. */
  readonly dmaLimit: bigint;
  /** The last address that every bus master has. */
  readonly reach: bigint;
  readonly sectionMaps: SectionMaps | undefined;
}

/**
 * start_kernel(): boots from the handoff to the point where the first process runs. Plays init/main.c and
 * setup_arch() of arm64. A panic is an outcome, not an exception.
 */
export function startKernel(request: BootRequest): BootOutcome {
  const boot = environmentOf(request);
  const stage = prepare(boot);
  try {
    const layout = setupArch(stage);
    const pages = initMemory(stage, layout);
    boot.clock.advance(initcallsAtNs);
    const kernel = runInitcalls(initContiguousMemory(stage, layout, pages));
    boot.clock.advance(firstProcessAtNs - initcallsAtNs);
    freeInitMemory(boot, pages);
    return { booted: true, kernel };
  } catch (halt) {
    if (!(halt instanceof Halt)) throw halt;
    const dead = { ...boot, memblock: stage.memblock, regions: stage.reserved.regions };
    return { booted: false, dead, panic: halt.lastWords };
  }
}

function environmentOf(request: BootRequest): BootEnvironment {
  const { handoff, release, config, decisions, exportPolicy, seed } = request;
  const clock = new Clock();
  return {
    release,
    config,
    pageSizeBytes: 2 ** config.facts.pageShift,
    handoff,
    parameters: new BootParameters(handoff.bootargs),
    memory: request.memory ?? new PhysicalMemory(),
    clock,
    log: new Printk(clock),
    decisions,
    exportPolicy,
    seed,
  };
}

function prepare(boot: BootEnvironment): MemoryStage {
  const geometry = pageGeometry(boot.release, boot.config);
  const memblock = new Memblock({
    pageSizeBytes: boot.pageSizeBytes,
    memorySlots: boot.config.facts.efi ? 1024 : 128,
    reservedSlots: 128,
    onFullTable: (table) => rangeTableIsFull(boot, table),
  });
  const cma = new CmaTable(boot, memblock, geometry);
  const contiguous = new ContiguousAreas(boot, memblock, cma, geometry);
  const reserved = new ReservedMemory(boot, memblock, geometry, handlersOf(boot, contiguous));
  return { boot, geometry, memblock, early: new EarlyAllocator(boot, memblock), cma, contiguous, reserved };
}

/** The built-in handlers of regions, in link order. */
function handlersOf(boot: BootEnvironment, contiguous: ContiguousAreas): readonly RegionHandler[] {
  const { config, release } = boot;
  const handlers: RegionHandler[] = [];
  if (config.facts.dmaCma) handlers.push(contiguous.handler());
  if (config.enabled('DMA_DECLARE_COHERENT')) handlers.push(coherentPoolHandler(boot));
  if (release.behaviours.restrictedPools && config.enabled('DMA_RESTRICTED_POOL')) {
    handlers.push(restrictedPoolHandler(boot));
  }
  return handlers;
}

function rangeTableIsFull(boot: BootEnvironment, table: 'memory' | 'reserved'): void {
  if (boot.release.behaviours.fullRangeTable !== 'panic') return;
  panic(boot, `memblock: cannot resize ${table} array`, {
    subject: 'memory',
    rule: 'memory/range-table-full',
    why: `memblock's first table of ${table} ranges is full before it may be moved; merge neighbouring regions`,
  });
}

/** setup_arch(): from the blob to zones, areas and the memory map. */
function setupArch(stage: MemoryStage): MemoryLayout {
  const { boot, memblock, early, contiguous, reserved } = stage;
  const { dtb } = boot.handoff;
  printBanner(boot);
  memblock.reserve(dtb.baseBytes, dtb.sizeBytes, { owner: 'dtb' });
  scanMemory(boot, memblock);
  initEfiMemory(boot, memblock);
  const parameters = parseEarlyParameters(boot, contiguous);
  initEarlyMemory(stage, parameters);
  takePageTables(boot, memblock, early);
  const { tableEntries } = reserved;
  if (tableEntries !== undefined) {
    early.allocate(
      BigInt(tableEntries * boot.release.behaviours.regionEntryBytes),
      64n,
      'the table of regions',
    );
  }
  reserved.setUpStatic();
  early.require(BigInt(unflattenedBytes(boot) + 4), 8n, 'the unflattened tree');
  return layOutMemory(stage);
}

function printBanner({ log, release, handoff }: BootEnvironment): void {
  log.info('Booting Linux on physical CPU 0x0000000000 [0x411fd070]');
  log.log(5, `Linux version ${release.version}`);
  const model = handoff.tree.root.property('model')?.string;
  if (model !== undefined) log.info(`Machine model: ${model}`);
}

/** arm64_memblock_init(). */
function initEarlyMemory({ boot, memblock, reserved }: MemoryStage, parameters: EarlyParameters): void {
  initMemblock(boot, memblock, parameters.memoryLimit);
  reserved.scan();
}

/** bootmem_init(): memory map, zones and the default area, in the release's order. */
function layOutMemory(stage: MemoryStage): MemoryLayout {
  const { boot, memblock, early, contiguous } = stage;
  const areaFirst = boot.release.behaviours.defaultAreaTime === 'before-memory-map';
  const reach = dmaReach(boot);
  const { dmaLimit, ...limits } = zoneLimits(boot, memblock, reach);
  const reserveDefault = (): void => {
    if (boot.config.facts.dmaCma) contiguous.reserveDefault(dmaLimit);
  };
  if (areaFirst) reserveDefault();
  const sectionMaps = takeMemoryMap(boot, memblock, early);
  const zones = initZones(boot, memblock, limits);
  if (!areaFirst) reserveDefault();
  return { zones, dmaLimit, reach, sectionMaps };
}

/** mm_init(): what is left of memory goes to the page allocator. */
function initMemory(stage: MemoryStage, layout: MemoryLayout): PageAllocator {
  const { boot, geometry, memblock, early, cma } = stage;
  boot.log.log(5, `Kernel command line: ${boot.parameters.commandLine}`);
  takeLateEarlyMemory(boot, memblock, early);
  reserveBounceBuffer(boot, memblock, layout.dmaLimit);
  if (layout.sectionMaps !== undefined)
    freeUnusedMap(boot, memblock, layout.sectionMaps, 2 ** geometry.maxOrder);
  const zones = layout.zones
    .filter(({ startPfn, endPfn }) => startPfn < endPfn)
    .map(
      (range) => new Zone({ ...range, maxOrder: geometry.maxOrder, pageblockOrder: geometry.pageblockOrder }),
    );
  const pages = new PageAllocator(zones);
  freeAllMemory(boot, memblock, pages);
  printMemory(boot, memblock, pages, cma);
  return pages;
}

/** The initcalls of the memory side: areas become usable, atomic pools are taken, the initrd is gone. */
function initContiguousMemory(stage: MemoryStage, layout: MemoryLayout, pages: PageAllocator): EarlyKernel {
  const { boot, memblock, cma, contiguous, reserved } = stage;
  activateAreas(boot, memblock, cma, pages);
  takeAtomicPools(boot, pages, contiguous.defaultArea, layout.reach);
  freeInitrd(boot, pages);
  return { ...boot, memblock, regions: reserved.regions, cma, contiguous, pages };
}
