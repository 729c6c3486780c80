import type { SourcePosition } from '../base/position.ts';
import type { PhysicalRange } from '../base/range.ts';
import type { ArchitectureName } from './architecture.ts';
import type { DriverPlan, TeeFacts } from './board-drivers.ts';
import type { CarveOut } from './carve-out.ts';
import type { EfiMemoryRow } from './efi-memory-map.ts';
import type { VendorHeapFacts } from './vendor-heaps.ts';

/** A device that Heapboard has to know of though no tree describes it. */
export interface BoardDevice {
  readonly name: string;
  /** The path that the node would have. */
  readonly node: string;
  readonly compatible: string;
  /** Whether its buffers must be physically contiguous or may be scattered. */
  readonly needs: 'contiguous' | 'scattered';
  /** True where only vendors' trees describe it. */
  readonly downstream: boolean;
  /** Where the fact comes from. */
  readonly source: string;
}

/** Where a boot loader puts things; what is absent is assumed. */
export interface Placement {
  readonly kernelImage?: PhysicalRange | undefined;
  readonly initrd?: PhysicalRange | undefined;
  readonly dtb?: PhysicalRange | undefined;
}

/** What starts the kernel, and what it keeps for itself. */
export interface BoardFirmware extends Placement {
  /** EFI firmware hands over a memory map; a boot loader writes the tree's memory nodes. */
  readonly kind: 'bootloader' | 'efi';
  readonly carveOuts: readonly CarveOut[];
  /** Rows of the EFI memory map. */
  readonly memoryMap: readonly EfiMemoryRow[];
}

/** A finding that is no matter on a board. */
export interface BoardSuppression {
  readonly id: string;
  /** The path of the node, or the name, that it is about; all where it is absent. */
  readonly node?: string | undefined;
  readonly reason: string;
  readonly position: SourcePosition;
}

/** A board's profile: the facts that its firmware and its distribution add to the devicetree. */
export interface BoardProfile {
  readonly name: string;
  readonly title: string;
  /** Where the facts come from, as sentences. */
  readonly source: string;
  /** The board.yaml that was read. */
  readonly file: string;
  /** Path of the devicetree source. */
  readonly dtsFile: string;
  /** The banks that the firmware writes where the tree's memory nodes are empty. */
  readonly memory: readonly PhysicalRange[];
  /** The boot loader's command line; the tree's own holds where it is absent. */
  readonly bootargs: string | undefined;
  /** The kernel release whose tree this is, or that the board needs; the default one where it is absent. */
  readonly release: string | undefined;
  /** The architecture; that of the tree's processors where it is absent. */
  readonly architecture: ArchitectureName | undefined;
  /** Configuration symbols that differ from the reference configuration, without `CONFIG_`. */
  readonly configuration: ReadonlyMap<string, string>;
  readonly firmware: BoardFirmware;
  readonly devices: readonly BoardDevice[];
  /** Drivers that allocate memory of their own during or after the boot. */
  readonly drivers?: readonly DriverPlan[] | undefined;
  /** What its trusted environment offers. */
  readonly tee?: TeeFacts | undefined;
  /** Findings of a check that are no matter on this board, and why. */
  readonly suppress?: readonly BoardSuppression[] | undefined;
  /** Devices whose drivers make a heap of a region: of their own one, where none is named. */
  readonly exports?: readonly { readonly device: string; readonly region?: string | undefined }[] | undefined;
  /** Heaps that the vendor's kernel has beside those of mainline. */
  readonly heaps?: readonly VendorHeapFacts[] | undefined;
}
