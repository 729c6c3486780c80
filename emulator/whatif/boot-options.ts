import type { PhysicalRange } from '../base/range.ts';
import type { TreeEdit } from '../devicetree/edits/edits.ts';
import type { HeapDriver } from '../linux/drivers/dma-buf/heaps/heap-driver.ts';
import type { CoherencyMode, DriverPlan, RegionExport, TeeFacts } from '../linux/init/platform.ts';
import type { ArchitectureName } from '../machine/architecture.ts';
import type { CarveOut } from '../machine/carve-out.ts';
import type { EfiMemoryRow } from '../machine/efi-memory-map.ts';
import type { PressureFacts } from '../machine/pressure-facts.ts';
import type { PermissionOptions } from './userland/device-rules.ts';
import type { HeapModule } from './userland/heap-modules.ts';
import type { ModuleLoad } from './userland/module-loads.ts';

/** What may be said about a boot beside its devicetree; the same as the command line's options. */
export interface BootOptions {
  /** A board whose profile holds for a file; a file by itself has none. */
  readonly board?: string | undefined;
  /** Banks of RAM that together replace all memory nodes. */
  readonly memory?: readonly PhysicalRange[] | undefined;
  /** Replaces the command line. */
  readonly bootargs?: string | undefined;
  /** Added to the end of the command line. */
  readonly appendBootargs?: string | undefined;
  /** The kernel release; the board's, or 6.12. */
  readonly release?: string | undefined;
  /** The architecture: `arm64` or `arm`; that of the board or the tree's processors where it is absent. */
  readonly arch?: ArchitectureName | undefined;
  /** Path of a kernel .config, or a configuration's name; the built-in configuration `reference` where it is absent. */
  readonly config?: string | undefined;
  /** `SYMBOL=VALUE`, applied over the configuration, in order. */
  readonly kconfig?: readonly string[] | undefined;
  /** Paths of overlays, applied in order. */
  readonly overlays?: readonly string[] | undefined;
  /** Folders that `#include` and `/include/` search, before those found around the source. */
  readonly includePaths?: readonly string[] | undefined;
  /** RAM that the firmware keeps for itself. */
  readonly carveOuts?: readonly CarveOut[] | undefined;
  /** The EFI memory map, where EFI firmware starts the kernel. */
  readonly efiMemoryMap?: readonly EfiMemoryRow[] | undefined;
  /** `none` boots the tree exactly as it stands. */
  readonly firmware?: 'none' | 'board' | undefined;
  /** What-if edits of the tree, applied in order after the overlays. */
  readonly edits?: readonly TreeEdit[] | undefined;
  /** Modules that are loaded after the boot, in order. */
  readonly modules?: readonly ModuleLoad[] | undefined;
  /** Proposals that are in no release: `dmem-cma`. */
  readonly proposals?: ReadonlySet<string> | undefined;
  /** Who decides over the nodes in /dev. */
  readonly permissions?: PermissionOptions | undefined;
  /** Paths of real module files (.ko), which stand in for the emulator's own. */
  readonly moduleFiles?: readonly string[] | undefined;
  /** Drivers that allocate memory of their own, beside those of the board. */
  readonly drivers?: readonly DriverPlan[] | undefined;
  /** What the trusted environment offers; what the board says where it is absent. */
  readonly tee?: TeeFacts | undefined;
  /** Heaps that are plugged in: see `heapDriver`. */
  readonly heapDrivers?: readonly HeapDriver[] | undefined;
  /** Plugged-in heaps that are modules of their own, to be loaded by name. */
  readonly heapModules?: readonly HeapModule[] | undefined;
  /** What others keep in memory by the time the first process runs; nothing where it is absent. */
  readonly pressure?: PressureFacts | undefined;
  /** Whether devices see what the processor's caches hold: `full` where it is absent. */
  readonly coherency?: CoherencyMode | undefined;
  /** For everything that a real machine leaves to chance. 0 where it is absent. */
  readonly seed?: number | undefined;
  /** Regions that drivers export on purpose. */
  readonly exports?: readonly RegionExport[] | undefined;
  /** Which areas become heaps: `none`, `explicit`, `release`, `all`; the release's usual way where it is absent. */
  readonly exportPolicy?: string | undefined;
  readonly kernelImage?: PhysicalRange | undefined;
  readonly initrd?: PhysicalRange | undefined;
  /** Where the devicetree blob lies. */
  readonly dtb?: PhysicalRange | undefined;
}
