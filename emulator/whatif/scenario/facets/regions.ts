import * as z from 'zod';
import type { RegionSummary } from '../../summary.ts';
import { defineFacet, differing } from '../facet.ts';
import { type TextMatch, textMatch } from '../text-match.ts';
import { size } from './sizes.ts';

const region = z.strictObject({
  state: z.string().optional(),
  base: z.union([size, z.null()]).optional(),
  size: size.optional(),
  reason: textMatch.optional(),
});

/** Nodes under /reserved-memory, by name: their state, and where they lie. */
export const regions = defineFacet({
  key: 'regions',
  schema: z.record(z.string(), region),
  compare(wanted, { summary }) {
    return Object.entries(wanted).flatMap(([name, facts]) => {
      const seen = summary?.regions.find((region) => region.name === name);
      if (seen === undefined) return [{ what: `region ${name}`, expected: 'present', seen: 'absent' }];
      const { state, base, size, reason } = facts;
      return [
        ...(state === undefined ? [] : differing(`state of region ${name}`, state, seen.state)),
        ...(base === undefined
          ? []
          : differing(`base of region ${name}`, hexOrNone(base), seen.base ?? 'none')),
        ...(size === undefined ? [] : differing(`size of region ${name}`, hexOrNone(size), seen.size)),
        ...(reason === undefined ? [] : compareReason(name, reason, seen)),
      ];
    });
  },
});

function compareReason(name: string, wanted: TextMatch, { reason = 'none' }: RegionSummary) {
  return wanted.matches(reason)
    ? []
    : [{ what: `reason of region ${name}`, expected: wanted.written, seen: reason }];
}

function hexOrNone(value: bigint | null): string {
  return value === null ? 'none' : `0x${value.toString(16)}`;
}
