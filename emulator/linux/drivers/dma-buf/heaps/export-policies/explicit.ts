import type { ExportPolicy } from './policy.ts';

/** Only what somebody asked for: the default area, and later each region that is exported explicitly. */
export const explicitPolicy: ExportPolicy = {
  name: 'explicit',
  summary: 'the default area, and regions that are exported explicitly',
  heaps: ({ contiguous, release }) => {
    const { defaultArea: area } = contiguous;
    if (area === undefined) return [];
    const name = release.behaviours.cmaHeapNaming === 'area' ? area.name : 'default_cma_region';
    return [{ name, area, reason: 'The default area becomes a heap', required: true }];
  },
};
