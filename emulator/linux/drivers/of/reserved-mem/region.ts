import type { DtNode } from '../../../../devicetree/tree.ts';
import type { RegionState, ReservedRegion } from '../reserved-mem.ts';

/** A node under /reserved-memory while the boot works on it. */
export class Region implements ReservedRegion {
  readonly node: DtNode;
  baseBytes: bigint | undefined;
  sizeBytes = 0n;
  state: RegionState = 'skipped';
  reason: string | undefined;

  constructor(node: DtNode) {
    this.node = node;
  }

  get nodePath(): string {
    return this.node.path;
  }

  get name(): string {
    return this.node.name;
  }

  get noMap(): boolean {
    return this.node.has('no-map');
  }

  get reusable(): boolean {
    return this.node.has('reusable');
  }

  get compatible(): readonly string[] {
    return this.node.compatible;
  }

  /** Records a fate, and why it is no success. */
  become(state: RegionState, reason?: string): void {
    this.state = state;
    this.reason = reason;
  }
}
