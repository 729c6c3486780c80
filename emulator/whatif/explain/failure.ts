import type { Decision, Obstacle } from '../../base/decisions.ts';
import type { DtNode } from '../../devicetree/tree.ts';
import type { ReservedRegion } from '../../linux/drivers/of/reserved-mem.ts';
import type { BootRequest } from '../boot-tree.ts';
import type { System } from '../system.ts';
import type { Change } from './change.ts';
import type { Wish } from './wish.ts';

/** A wish that a boot did not grant, with what is known of it. */
export interface Failure {
  readonly request: BootRequest;
  /** The boot that failed. */
  readonly system: System;
  readonly wish: Wish;
  /** The node that asked; undefined where `cma=`, the configuration or the boot itself is meant. */
  readonly node: DtNode | undefined;
  readonly region: ReservedRegion | undefined;
  /** What was decided about it, oldest first. */
  readonly decisions: readonly Decision[];
  readonly obstacles: readonly Obstacle[];
  /** What base and size of an area are multiples of. */
  readonly areaUnitBytes: bigint;
  readonly pageBytes: bigint;
}

/** A single change that may grant a wish. */
export interface Candidate {
  /** What to do, as a half sentence: "move the dtb to 0x…". */
  readonly says: string;
  readonly change: Change;
  /** For a number: the same, one alignment step less. It must not grant the wish. */
  readonly oneStepLess?: Change | undefined;
}

/** A number that may be changed in steps: step 0 is as it is and fails, larger steps go further away. */
export interface Range {
  /** Steps to try first, nearest first. */
  readonly probes: readonly number[];
  at(step: number): Candidate | undefined;
}

export type Proposal = Candidate | Range;

/** One kind of change: what it would propose for a failure, best first. */
export interface ChangeKind {
  readonly name: string;
  propose(failure: Failure): readonly Proposal[];
}
