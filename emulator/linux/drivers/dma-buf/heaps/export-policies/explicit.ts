import { defaultHeaps } from './default-area.ts';
import type { ExportPolicy } from './policy.ts';

/** Only what somebody asked for: the default area, and later each region that is exported explicitly. */
export const explicitPolicy: ExportPolicy = {
  name: 'explicit',
  summary: 'the default area, and regions that are exported explicitly',
  heaps: defaultHeaps,
};
