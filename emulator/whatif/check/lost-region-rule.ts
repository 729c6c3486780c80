import type { BootContext } from './context.ts';
import { explainedRemedy } from './explained-remedy.ts';
import { type LossCause, type LostRegion, lostRegions } from './lost-regions.ts';
import type { BootRule, Severity } from './rule.ts';

interface LostRegionFacts {
  readonly id: string;
  readonly severity: Severity;
  readonly explanation: string;
  readonly causes: readonly LossCause[];
  /** The property that is to blame. */
  readonly property: (lost: LostRegion) => string;
  readonly message: (lost: LostRegion, context: BootContext) => string;
}

/** A rule about regions that were lost for certain causes; its remedies are those of `explain`. */
export function lostRegionRule({ causes, property, message, ...facts }: LostRegionFacts): BootRule {
  return {
    ...facts,
    looksAt: 'boot',
    find: (context) =>
      lostRegions(context.system)
        .filter(({ cause }) => causes.includes(cause))
        .map((lost) => ({
          subject: lost.region.nodePath,
          message: message(lost, context),
          position: context.tree.positionOf(lost.region.node, property(lost)),
          remedy: () => explainedRemedy(context, lost.region.nodePath),
        })),
  };
}
