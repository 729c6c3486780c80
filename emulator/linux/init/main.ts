import type { DecisionRecord } from '../../base/decisions.ts';
import { paddedAddress } from '../../base/units.ts';
import type { Handoff } from '../../machine/handoff.ts';
import { PhysicalMemory } from '../../machine/physical-memory.ts';
import type { ArchitectureSetup, ZoneLimits } from '../arch/architecture.ts';
import { architectureOf } from '../arch/index.ts';
import { initEfiMemory } from '../drivers/firmware/efi/efi-init.ts';
import { scanMemory } from '../drivers/of/fdt.ts';
import type { RegionHandler } from '../drivers/of/reserved-mem/handler.ts';
import { ReservedMemory } from '../drivers/of/reserved-mem.ts';
import { unflattenedBytes } from '../drivers/of/unflatten.ts';
import type { KernelConfig } from '../kconfig.ts';
import { coherentPoolHandler } from '../kernel/dma/coherent.ts';
import { ContiguousAreas } from '../kernel/dma/contiguous.ts';
import { reserveBounceBuffer, restrictedPoolHandler } from '../kernel/dma/swiotlb.ts';
import { Halt, panic } from '../kernel/panic.ts';
import { BootParameters } from '../kernel/params.ts';
import type { ConsoleSettings } from '../kernel/printk/console.ts';
import { Printk } from '../kernel/printk.ts';
import { Clock } from '../kernel/time.ts';
import {
  countKernelPages,
  freeAllMemory,
  freeInitMemory,
  freeInitrd,
  printMemory,
  takeLateEarlyMemory,
} from '../mm/boot-memory.ts';
import { activateAreas } from '../mm/cma/activate.ts';
import { CmaTable } from '../mm/cma/table.ts';
import { EarlyAllocator } from '../mm/early-alloc.ts';
import { dieAsIdleTask, dieAsInit, dieOfBorrowedPage, firstVictim, type Victim } from '../mm/handed-back.ts';
import { Memblock } from '../mm/memblock.ts';
import { initZones, type ZoneRange } from '../mm/mm-init.ts';
import { PageAllocator } from '../mm/page-alloc.ts';
import { type PageGeometry, pageGeometry } from '../mm/page-geometry.ts';
import { applyPressure } from '../mm/pressure.ts';
import { freeUnusedMap, type SectionMaps } from '../mm/sparse.ts';
import { Zone } from '../mm/zone.ts';
import { watched } from '../releases/relied-on.ts';
import type { Behaviours, Release } from '../releases.ts';
import { parseEarlyParameters } from './early-params.ts';
import { runInitcalls } from './initcalls.ts';
import type { BootEnvironment, DeadKernel, EarlyKernel, Kernel } from './kernel.ts';
import { type Platform, plainPlatform } from './platform.ts';

/** What a kernel is booted with. */
export interface BootRequest {
  readonly handoff: Handoff;
  readonly release: Release;
  readonly config: KernelConfig;
  readonly exportPolicy: string;
  /** What is tried though no release has it; nothing where it is absent. */
  readonly proposals?: ReadonlySet<string>;
  readonly decisions: DecisionRecord;
  readonly seed: number;
  /** The machine's RAM; empty RAM of its own where none is given. */
  readonly memory?: PhysicalMemory;
  /** What stands around the kernel beside its tree; nothing where it is absent. */
  readonly platform?: Platform;
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
  readonly setup: ArchitectureSetup;
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
  readonly limits: ZoneLimits;
  readonly sectionMaps: SectionMaps | undefined;
  /** What large hash tables are made by. */
  readonly kernelPages: number;
}

/** The page allocator, and who will come upon memory that is free by mistake. */
interface PageStage {
  readonly pages: PageAllocator;
  readonly victim: Victim | undefined;
}

/**
 * start_kernel(): boots from the handoff to the point where the first process runs. Plays init/main.c and
 * setup_arch(). A panic is an outcome, not an exception.
 */
export function startKernel(request: BootRequest): BootOutcome {
  const boot = environmentOf(request);
  const stage = prepare(boot);
  try {
    const layout = setupArch(stage);
    const { pages, victim } = initMemory(stage, layout);
    boot.clock.advance(initcallsAtNs);
    const early = initContiguousMemory(stage, pages);
    dieAsInit(boot, victim);
    dieOfBorrowedPage(boot, pages, stage.cma.all);
    boot.log.console.register(boot.log.mark);
    const kernel = runInitcalls(early);
    kernel.timers.advanceTo(firstProcessAtNs);
    freeInitMemory(boot, pages);
    if (boot.platform.pressure !== undefined) applyPressure(kernel, boot.platform.pressure);
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
  const seen = watched(release);
  if (config.isReference) void seen.behaviours.referenceSymbols;
  const arch = architectureOf(config.facts);
  const digits = arch.addressDigits(config.facts);
  return {
    release: seen,
    config,
    arch,
    physicalAddress: (address) => paddedAddress(address, digits),
    pageSizeBytes: 2 ** config.facts.pageShift,
    handoff,
    parameters: new BootParameters(handoff.bootargs),
    memory: request.memory ?? new PhysicalMemory(),
    clock,
    log: new Printk(clock, consoleSettings(config)),
    decisions,
    exportPolicy,
    proposals: request.proposals ?? new Set(),
    seed,
    platform: request.platform ?? plainPlatform,
    atomicPools: [],
  };
}

function consoleSettings(config: KernelConfig): ConsoleSettings {
  return {
    defaultLevel: config.number('CONSOLE_LOGLEVEL_DEFAULT') ?? 7,
    quietLevel: config.number('CONSOLE_LOGLEVEL_QUIET') ?? 4,
    showsTime: config.enabled('PRINTK_TIME'),
  };
}

function prepare(boot: BootEnvironment): MemoryStage {
  const geometry = pageGeometry(boot.release, boot.config);
  const memblock = new Memblock({
    pageSizeBytes: boot.pageSizeBytes,
    memorySlots: boot.config.facts.efi ? 1024 : 128,
    reservedSlots: 128,
    highestAddress: boot.arch.highestAddress(boot.config.facts),
    onFullTable: (table) => rangeTableIsFull(boot, table),
  });
  const cma = new CmaTable(boot, memblock, geometry);
  const contiguous = new ContiguousAreas(boot, memblock, cma, geometry);
  const reserved = new ReservedMemory(boot, memblock, geometry, handlersOf(boot, contiguous));
  const early = new EarlyAllocator(boot, memblock);
  const setup = boot.arch.setUp(boot, memblock);
  return { boot, setup, geometry, memblock, early, cma, contiguous, reserved };
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
  const { boot, setup, memblock, early, cma, contiguous } = stage;
  const { dtb } = boot.handoff;
  printBanner(boot);
  memblock.reserve(dtb.baseBytes, dtb.sizeBytes, { owner: 'dtb' });
  scanMemory(boot, memblock);
  initEfiMemory(boot, memblock);
  parseEarlyParameters(boot, setup, contiguous);
  initEarlyMemory(stage);
  setup.takePageTables(early, cma.all);
  memblock.noteLinearMap();
  if (boot.arch.unflattens === 'before-zones') unflattenTree(stage);
  const layout = layOutMemory(stage);
  if (boot.arch.unflattens === 'after-zones') unflattenTree(stage);
  return layout;
}

/** unflatten_device_tree(): static regions meet their handlers here on some releases. */
function unflattenTree({ boot, early, reserved }: MemoryStage): void {
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
}

function printBanner({ arch, log, release, handoff }: BootEnvironment): void {
  log.info(`Booting Linux on physical CPU ${arch.bootCpu}`);
  log.log(5, `Linux version ${release.version}`);
  const model = handoff.tree.root.property('model')?.string;
  if (model !== undefined) log.info(`${arch.modelPrefix}Machine model: ${model}`);
}

/** arm64_memblock_init(), or arm_memblock_init() and what stands around it. */
function initEarlyMemory(stage: MemoryStage): void {
  const { boot, setup, cma, reserved } = stage;
  setup.initMemory();
  cma.highMemory = setup.highMemory;
  reserved.scan();
  if (defaultAreaTime(boot) === 'with-reservations') reserveDefaultArea(stage);
  setup.afterRegions();
}

function defaultAreaTime({ arch, release }: BootEnvironment): Behaviours['defaultAreaTime'] {
  return arch.defaultAreaTime(release.behaviours);
}

/** dma_contiguous_reserve(), where it is configured. */
function reserveDefaultArea({ boot, setup, contiguous }: MemoryStage): void {
  if (boot.config.facts.dmaCma) contiguous.reserveDefault(setup.zoneLimits().areaLimit);
}

/** bootmem_init(): memory map, zones and the default area, in the release's order. */
function layOutMemory(stage: MemoryStage): MemoryLayout {
  const { boot, setup, memblock, early } = stage;
  const areaTime = defaultAreaTime(boot);
  const limits = setup.zoneLimits();
  if (areaTime === 'before-memory-map') reserveDefaultArea(stage);
  const sectionMaps = setup.takeMemoryMap(early);
  const zones = initZones(boot, memblock, limits);
  const kernelPages = countKernelPages(boot, memblock);
  if (areaTime === 'after-memory-map') reserveDefaultArea(stage);
  return { zones, limits, sectionMaps, kernelPages };
}

/** mm_init(): what is left of memory goes to the page allocator. */
function initMemory(stage: MemoryStage, layout: MemoryLayout): PageStage {
  const { boot, geometry, memblock, early, cma } = stage;
  boot.log.log(5, `Kernel command line: ${boot.parameters.commandLine}`);
  takeLateEarlyMemory(boot, early, layout.kernelPages);
  reserveBounceBuffer(boot, memblock, layout.limits);
  if (layout.sectionMaps !== undefined)
    freeUnusedMap(boot, memblock, layout.sectionMaps, 2 ** geometry.maxOrder);
  const newZones = () =>
    layout.zones
      .filter(({ startPfn, endPfn }) => startPfn < endPfn)
      .map(
        (range) =>
          new Zone({ ...range, maxOrder: geometry.maxOrder, pageblockOrder: geometry.pageblockOrder }),
      );
  const victim = firstVictim(boot, memblock, newZones);
  const pages = new PageAllocator(newZones());
  freeAllMemory(boot, memblock, pages);
  const { memoryLine } = boot.release.behaviours;
  if (memoryLine === 'with-allocator') printMemory(boot, memblock, pages, cma);
  dieAsIdleTask(boot, victim);
  if (memoryLine === 'after-processors') printMemory(boot, memblock, pages, cma);
  return { pages, victim };
}

/** The initcalls of the memory side: areas become usable, atomic pools are taken, the initrd is gone. */
function initContiguousMemory(stage: MemoryStage, pages: PageAllocator): EarlyKernel {
  const { boot, setup, memblock, cma, contiguous, reserved } = stage;
  activateAreas(boot, memblock, cma, pages);
  setup.takeAtomicPools(pages, contiguous.defaultArea);
  freeInitrd(boot, pages);
  return { ...boot, memblock, regions: reserved.regions, cma, contiguous, pages };
}
