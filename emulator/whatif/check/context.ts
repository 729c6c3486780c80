import { InputError } from '../../base/input-error.ts';
import type { DeviceTree } from '../../devicetree/tree.ts';
import { type BootRequest, bootUp } from '../boot-tree.ts';
import type { Contract } from '../consumers/contract.ts';
import { type DmaMaster, dmaMasters } from '../consumers/devices.ts';
import { type Change, optionOf, withChange } from '../explain/change.ts';
import { type Explanation, explainSystem } from '../explain/explain.ts';
import type { System } from '../system.ts';

/** What rules about the tree alone look at. */
export interface TreeContext {
  readonly request: BootRequest;
  /** As the kernel sees it, after the firmware; as it was given, where nothing can be booted. */
  readonly tree: DeviceTree;
  /** Why nothing can be booted. */
  readonly refusal: InputError | undefined;
}

/** What a check looks at beside the request itself. */
export interface Beside {
  /** The same, to be booted on other releases. */
  readonly others?: readonly BootRequest[] | undefined;
  /** What programs require of a board. */
  readonly contracts?: readonly Contract[] | undefined;
}

/** What rules look at: a boot of the request, and what else can be asked of it. Nothing is booted twice. */
export class BootContext implements TreeContext {
  readonly request: BootRequest;
  readonly system: System;
  readonly tree: DeviceTree;
  readonly refusal = undefined;
  /** What programs require of a board, as far as it is to be looked at. */
  readonly contracts: readonly Contract[];
  readonly #otherRequests: readonly BootRequest[];
  readonly #boots = new Map<string, System | undefined>();
  readonly #explanations = new Map<string, Explanation>();
  #masters: readonly DmaMaster[] | undefined;
  #others: readonly System[] | undefined;

  constructor(request: BootRequest, system: System, beside: Beside = {}) {
    this.request = request;
    this.system = system;
    this.tree = system.environment.handoff.tree;
    this.contracts = beside.contracts ?? [];
    this.#otherRequests = beside.others ?? [];
  }

  /** The same tree on other releases. */
  get others(): readonly System[] {
    this.#others ??= this.#otherRequests.map(bootUp);
    return this.#others;
  }

  /** Devices that reach memory by themselves. */
  get masters(): readonly DmaMaster[] {
    this.#masters ??= dmaMasters(this.tree, this.request.profile?.devices);
    return this.#masters;
  }

  /** Why something is as it is; see `heapboard explain`. */
  explain(subject: string): Explanation {
    const known = this.#explanations.get(subject) ?? explainSystem(this.request, this.system, subject);
    this.#explanations.set(subject, known);
    return known;
  }

  /** The same request with changes; undefined where they cannot be made. */
  changed(changes: readonly Change[]): BootRequest | undefined {
    return attempt(() => changes.reduce(withChange, this.request));
  }

  /** Boots the request with changes; undefined where that cannot be done. */
  boot(changes: readonly Change[]): System | undefined {
    const key = changes.map((change) => optionOf(change).join(' ')).join('\n');
    if (!this.#boots.has(key)) {
      const request = this.changed(changes);
      this.#boots.set(key, request === undefined ? undefined : attempt(() => bootUp(request)));
    }
    return this.#boots.get(key);
  }
}

/** The value, or undefined where the input does not allow for it. */
function attempt<Value>(make: () => Value): Value | undefined {
  try {
    return make();
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}
