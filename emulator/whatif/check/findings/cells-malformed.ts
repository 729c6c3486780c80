import { lostRegionRule } from '../lost-region-rule.ts';
import type { BootRule } from '../rule.ts';
import { sizeOverflow } from './size-overflow.ts';

const properties = ['size', 'alignment', 'alloc-ranges', 'reg'];

const lost = lostRegionRule({
  id: 'cells-malformed',
  severity: 'error',
  explanation:
    "The kernel reads every property of a region with the root's #address-cells and #size-cells. A property with fewer or more cells makes it skip the node; later releases take a malformed alloc-ranges or reg for absent, and the region lies anywhere.",
  causes: ['cells'],
  property: ({ reason }) => properties.find((name) => reason.includes(`its ${name}`)) ?? 'size',
  message: ({ region, reason }) => `${region.nodePath} is skipped: ${reason}`,
});

/** Properties of the wrong number of cells, also those that a release takes for absent. */
export const cellsMalformed: BootRule = {
  ...lost,
  find(context) {
    const overflowing = new Set(sizeOverflow.find(context).map(({ subject }) => subject));
    const skipped = lost.find(context).filter(({ subject }) => !overflowing.has(subject));
    const seen = new Set([...overflowing, ...skipped.map(({ subject }) => subject)]);
    const { decisions } = context.system.environment;
    const passed = decisions.all
      .filter(({ rule, subject }) => rule === 'reserved-memory/malformed' && !seen.has(subject))
      .map(({ subject, position, outcome }) => ({
        subject,
        message: `the alloc-ranges of ${subject}: ${outcome}`,
        position,
        severity: 'warning' as const,
      }));
    return [...skipped, ...passed];
  },
};
