import type { DtNode } from '../../../../devicetree/tree.ts';
import type { RegionState } from '../reserved-mem.ts';

/** A placed region, as its handler sees it. */
export interface PlacedRegion {
  readonly node: DtNode;
  readonly name: string;
  readonly base: bigint;
  readonly size: bigint;
}

/** 0, or -errno with the reason in words. */
export type HandlerAnswer = 0 | { readonly errno: number; readonly why: string };

/** A driver that sets regions up at boot: RESERVEDMEM_OF_DECLARE(). */
export interface RegionHandler {
  readonly compatible: string;
  /** What a region is when this handler took it. */
  readonly state: RegionState;
  /** Whether the handler wants the node at all; asked before anything is reserved, on releases that ask. */
  validate?(node: DtNode): HandlerAnswer;
  /** Sets the region up and prints its lines. */
  setUp(region: PlacedRegion): HandlerAnswer;
}
