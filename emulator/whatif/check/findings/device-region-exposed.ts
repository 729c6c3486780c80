import { exhaustionOf } from '../../policies/exhaustion.ts';
import { areaPlace } from '../area-place.ts';
import type { BootRule } from '../rule.ts';

/** A region that a device counts on is a heap for processes as well. */
export const deviceRegionExposed: BootRule = {
  id: 'device-region-exposed',
  looksAt: 'boot',
  severity: 'warning',
  explanation:
    'A device counts on a region of its own, and the export policy makes a heap of it: from 6.19 on of every reusable shared-dma-pool. Who may open that heap can take all of it. Permissions of the node in /dev decide who may.',
  find(context) {
    const { system, masters } = context;
    if (system.kernel === undefined) return [];
    const enabled = new Set(masters.filter((master) => master.enabled).map(({ node }) => node));
    return exhaustionOf(system.kernel, masters)
      .filter(({ kind, victims }) => kind === 'device-region' && victims.some((one) => enabled.has(one)))
      .map(({ area, says }) => ({ message: says, ...areaPlace(context, area) }));
  },
};
