import type { PhysicalRange } from '../../base/range.ts';
import type { ArchitectureName } from '../../machine/architecture.ts';

/** A region of the field: what a log says of it. */
export interface FieldRegion extends PhysicalRange {
  readonly name: string;
  readonly noMap: boolean;
  readonly reusable: boolean;
  /** Its compatible, where a driver of the early kernel took it. */
  readonly compatible: string | undefined;
}

/** What one file from a machine tells; what it does not tell is undefined or empty. */
export interface FieldFacts {
  /** `6.6.52-lf`, as the kernel calls itself. */
  readonly version?: string | undefined;
  readonly architecture?: ArchitectureName | undefined;
  readonly model?: string | undefined;
  readonly bootargs?: string | undefined;
  /** RAM, as the kernel saw it. */
  readonly banks?: readonly PhysicalRange[] | undefined;
  /** Addresses inside RAM where it stops or begins to be mapped; which of the two is not told. */
  readonly splits?: readonly bigint[] | undefined;
  readonly regions?: readonly FieldRegion[] | undefined;
  /** The `cma=`/Kconfig area. */
  readonly defaultArea?: PhysicalRange | undefined;
  /** A default pool that the command line's `cma=` took the place of. */
  readonly bypassed?: string | undefined;
  /** Regions that got no place, with the size that the log tells. */
  readonly failed?: readonly { readonly name: string; readonly sizeBytes: bigint | undefined }[] | undefined;
  readonly kernelImage?: PhysicalRange | undefined;
  readonly pageSizeBytes?: number | undefined;
  /** End of the DMA zone, where that was a zone with pages. */
  readonly dmaEnd?: bigint | undefined;
  /** Zones that the kernel has, whether or not they have pages. */
  readonly zones?: readonly string[] | undefined;
  /** Where high memory begins. */
  readonly highMemory?: bigint | undefined;
  /** Whether physical addresses were printed with 16 digits. */
  readonly wideAddresses?: boolean | undefined;
  readonly initrdBytes?: bigint | undefined;
  readonly memTotalBytes?: bigint | undefined;
  readonly cmaTotalBytes?: bigint | undefined;
  /** Whether the part of the log that tells of areas is there. */
  readonly tellsAreas?: boolean | undefined;
}

/** One file: what it is, and what it tells. */
export interface FieldFile {
  readonly file: string;
  readonly kind: FieldKind;
  readonly facts: FieldFacts;
}

/** Kinds of files that can be imported. */
export const fieldKinds = ['dmesg', 'iomem', 'meminfo'] as const;
export type FieldKind = (typeof fieldKinds)[number];
