import { lostRegionRule } from '../lost-region-rule.ts';

/** Regions that were given back or passed over for another reason. */
export const regionUnusable = lostRegionRule({
  id: 'region-unusable',
  severity: 'error',
  explanation:
    'No driver of this kernel takes the region, for a reason of its release or configuration. Its memory is given back, or kept for nobody.',
  causes: ['other'],
  property: () => 'compatible',
  message: ({ region, reason }) => `${region.nodePath} is ${region.state}: ${reason}`,
});
