import { lostRegionRule } from '../lost-region-rule.ts';

/** More regions than the kernel keeps account of. */
export const tooManyRegions = lostRegionRule({
  id: 'too-many-regions',
  severity: 'error',
  explanation:
    'Kernels up to 6.10 keep account of 64 regions, later ones of 64 without a fixed place. No driver finds the regions beyond that; fixed ones stay reserved for nobody.',
  causes: ['too-many-regions'],
  property: () => 'reg',
  message: ({ region, reason }) => `no driver finds ${region.nodePath}: ${reason}`,
});
