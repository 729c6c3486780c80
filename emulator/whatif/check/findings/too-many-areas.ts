import { lostRegionRule } from '../lost-region-rule.ts';

/** More pools than there are CMA areas. */
export const tooManyAreas = lostRegionRule({
  id: 'too-many-areas',
  severity: 'error',
  explanation:
    'CONFIG_CMA_AREAS says how many CMA areas there can be: 7 or 8 where nobody says otherwise, 19 or 20 with NUMA. Pools beyond that are given back, and the area of cma= or the configuration comes last.',
  causes: ['too-many-areas'],
  property: () => 'reusable',
  message: ({ region, reason }) => `no CMA area is made of ${region.nodePath}: ${reason}`,
});
