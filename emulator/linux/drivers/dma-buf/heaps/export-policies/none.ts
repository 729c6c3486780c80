import type { ExportPolicy } from './policy.ts';

/** No area at all: as if the CMA heap were not there. */
export const nonePolicy: ExportPolicy = {
  name: 'none',
  summary: 'no CMA area',
  select: () => ({ areas: [], refused: [] }),
};
