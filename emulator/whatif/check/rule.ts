import type { SourcePosition } from '../../base/position.ts';
import type { Change } from '../explain/change.ts';
import type { BootContext, TreeContext } from './context.ts';

/** `error`: something does not work; `warning`: it works by luck, or not as it was meant; `note`: worth knowing. */
export type Severity = 'error' | 'warning' | 'note';

export const severities: readonly Severity[] = ['error', 'warning', 'note'];

/** A way to put something right: it is applied and booted before anybody is told of it. */
export interface Cure {
  /** What to do, as a half sentence. */
  readonly says: string;
  readonly changes: readonly Change[];
  /** Paths of regions that may lose memory by it. */
  readonly costs?: readonly string[];
}

/** A cure that was booted, as options of the command line. */
export interface Remedy {
  readonly says: string;
  readonly options: readonly (readonly [option: string, value: string])[];
}

/** One place in which a rule found something. */
export interface Sighting {
  /** What it is about: the path of a node, or a name that says it. Unique among the sightings of a rule. */
  readonly subject: string;
  /** What is the matter, with figures, as one sentence without a full stop. */
  readonly message: string;
  readonly position?: SourcePosition | undefined;
  /** Where it is less grave than the rule usually is. */
  readonly severity?: Severity;
  /** Ways to put it right, best first. */
  readonly cures?: () => readonly Cure[];
  /** A remedy that was found by booting already. */
  readonly remedy?: () => Remedy | undefined;
}

interface RuleFacts {
  /** With dashes: `cma-misaligned`. */
  readonly id: string;
  readonly severity: Severity;
  /** What the rule is about, why it matters and what to do in general, in whole sentences. */
  readonly explanation: string;
}

/** A rule that needs the tree alone: it also looks where nothing can be booted. */
export interface TreeRule extends RuleFacts {
  readonly looksAt: 'tree';
  find(context: TreeContext): readonly Sighting[];
}

/** A rule that reads what a boot came to. */
export interface BootRule extends RuleFacts {
  readonly looksAt: 'boot';
  find(context: BootContext): readonly Sighting[];
}

export type CheckRule = TreeRule | BootRule;
