import type { PhysicalRange } from '../base/range.ts';
import type { DeviceTree } from '../devicetree/tree.ts';
import type { CarveOut } from './carve-out.ts';
import type { EfiMemoryRow } from './efi-memory-map.ts';

/** An object that the boot loader put into RAM. */
export interface PlacedObject extends PhysicalRange {
  /** Whether somebody said where it lies, or Heapboard assumed it. */
  readonly certainty: 'stated' | 'assumed';
}

/** What the boot loader hands to the kernel: the state of the machine at the kernel's first instruction. */
export interface Handoff {
  /** The tree as the kernel sees it, after the firmware's edits. */
  readonly tree: DeviceTree;
  readonly kernelImage: PlacedObject;
  readonly dtb: PlacedObject;
  readonly initrd: PlacedObject | undefined;
  /** The command line: /chosen/bootargs. */
  readonly bootargs: string;
  /** The EFI memory map, where EFI firmware starts the kernel: it goes before the tree's memory nodes. */
  readonly efiMemoryMap?: readonly EfiMemoryRow[] | undefined;
  /** What the firmware kept for itself or others; the tree does not state it as memory. */
  readonly carveOuts?: readonly CarveOut[] | undefined;
}
