import type { BootEnvironment } from '../init/kernel.ts';
import type { KernelConfigFacts } from '../kconfig/facts.ts';
import type { CmaArea } from '../mm/cma.ts';
import type { EarlyAllocator } from '../mm/early-alloc.ts';
import type { Memblock } from '../mm/memblock.ts';
import type { PageAllocator } from '../mm/page-alloc.ts';
import type { SectionMaps } from '../mm/sparse.ts';
import type { ZoneName } from '../mm/zone.ts';
import type { Behaviours } from '../releases.ts';

/** Ends of the zones, in bytes, and how far devices reach. */
export interface ZoneLimits {
  /** The zones that the configuration has, lowest first; each begins where the one before it ends. */
  readonly zones: readonly { readonly name: ZoneName; readonly end: bigint }[];
  /** Areas for devices must end here: arm64_dma_phys_limit, or arm_dma_limit as the kernel passes it on. */
  readonly areaLimit: bigint;
  /** The last address that every bus master has. */
  readonly reach: bigint;
  /** Whether memory lies where not every bus master reaches. */
  readonly needsBounceBuffer: boolean;
}

/** The part of setup_arch() that an architecture does its own way; one for each boot. */
export interface ArchitectureSetup {
  /** The architecture's early parameters by name: false where the value is malformed. */
  readonly parameters: ReadonlyMap<string, (value: string | undefined) => boolean>;
  /** Trims memory and reserves what the boot loader left there, before the nodes of /reserved-memory. */
  initMemory(): void;
  /** Looks at memory again once regions and areas took their share. */
  afterRegions(): void;
  /** End of memory that is always mapped, where there is memory above it. */
  readonly highMemory: bigint | undefined;
  /** `areas` are those that exist so far. */
  takePageTables(early: EarlyAllocator, areas: readonly CmaArea[]): void;
  zoneLimits(): ZoneLimits;
  /** Answers where the map of each section lies, if each has one of its own. */
  takeMemoryMap(early: EarlyAllocator): SectionMaps | undefined;
  /** Memory for allocations that may not sleep, out of the default area where that will do. */
  takeAtomicPools(pages: PageAllocator, area: CmaArea | undefined): void;
}

/** What differs between the architectures, as far as a boot's memory shows it. */
export interface Architecture {
  readonly name: 'arm64' | 'arm';
  /** Half a sentence after a release's name, where no kernel of the architecture was recorded. */
  readonly inferred?: string;
  /** How the first line of the log names the processor. */
  readonly bootCpu: string;
  /** How the line about the machine begins. */
  readonly modelPrefix: string;
  /** Digits with which messages show a physical address: %pa. */
  addressDigits(facts: KernelConfigFacts): number;
  /** PHYS_ADDR_MAX: the highest address that phys_addr_t holds. */
  highestAddress(facts: KernelConfigFacts): bigint;
  /** Memory below it is ignored: the kernel's part of the address space begins there. */
  lowestAddress(boot: BootEnvironment): bigint;
  /** Whether coherent pools may lie in memory that is mapped. */
  readonly mappedCoherentPools: boolean;
  /** When the `cma=`/Kconfig area is placed. */
  defaultAreaTime(behaviours: Behaviours): Behaviours['defaultAreaTime'];
  /** Whether the tree is unflattened before the zones are laid out, or after. */
  readonly unflattens: 'before-zones' | 'after-zones';
  setUp(boot: BootEnvironment, memblock: Memblock): ArchitectureSetup;
}
