import { lostRegionRule } from '../lost-region-rule.ts';

/** Flags that exclude each other, so that no driver takes the region. */
export const reusableNoMap = lostRegionRule({
  id: 'reusable-no-map',
  severity: 'error',
  explanation:
    'reusable lends memory to the system while nobody needs it; no-map keeps the system from touching it. No driver takes a shared-dma-pool with both, nor a restricted-dma-pool with either: the memory is given back.',
  causes: ['flags'],
  property: ({ region }) => (region.reusable ? 'reusable' : 'no-map'),
  message: ({ region, reason }) =>
    `${region.nodePath} is ${[region.reusable ? 'reusable' : '', region.noMap ? 'no-map' : ''].filter((word) => word !== '').join(' and ')}: it is given back (${reason})`,
});
