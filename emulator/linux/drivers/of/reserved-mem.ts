// Contract first: what other rooms see of a reserved-memory node. Plays drivers/of/of_reserved_mem.c.
import type { DtNode } from '../../../devicetree/tree.ts';

/**
 * What became of a node under /reserved-memory: `reserved` keeps its memory for a driver to find, `cma`, `coherent`
 * and `restricted` were taken by a handler, `failed` got no memory, `returned` gave it back, `disabled` by its status,
 * `skipped` was not looked at.
 */
export type RegionState =
  | 'reserved'
  | 'cma'
  | 'coherent'
  | 'restricted'
  | 'failed'
  | 'returned'
  | 'disabled'
  | 'skipped';

/** A node under /reserved-memory and what the boot made of it. */
export interface ReservedRegion {
  readonly node: DtNode;
  readonly nodePath: string;
  /** The node's name with its unit address. */
  readonly name: string;
  /** Undefined where no place was found. */
  readonly baseBytes: bigint | undefined;
  /** The size it has, or asked for. */
  readonly sizeBytes: bigint;
  readonly noMap: boolean;
  readonly reusable: boolean;
  readonly compatible: readonly string[];
  readonly state: RegionState;
  /** Why it is in that state, where that is no success. */
  readonly reason: string | undefined;
}
