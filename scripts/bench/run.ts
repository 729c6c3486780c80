import * as z from 'zod';
import type { Circumstances } from './circumstances.ts';
import type { Figure } from './figure.ts';
import type { Curve } from './growth/curve.ts';

/** One run of the benchmark: the document of `--json`. */
export interface Run {
  readonly schemaVersion: 2;
  readonly circumstances: Circumstances;
  readonly figures: readonly Figure[];
  readonly curves: readonly Curve[];
}

const limitSchema = z.union([
  z.object({ most: z.number() }),
  z.object({ least: z.number() }),
  z.object({ mostTimes: z.number(), of: z.string() }),
  z.object({ mostOver: z.number(), of: z.string() }),
]);

const runSchema = z.object({
  schemaVersion: z.literal(2),
  circumstances: z.object({
    began: z.string(),
    commit: z.string(),
    cpu: z.string(),
    cores: z.number(),
    node: z.string(),
    loadBefore: z.number(),
    loadAfter: z.number(),
  }),
  figures: z.array(
    z.object({
      subject: z.string(),
      measure: z.string(),
      unit: z.string(),
      median: z.number(),
      p95: z.number(),
      spread: z.number().nullish(),
      against: z.string().optional(),
      times: z.number().optional(),
      limit: limitSchema.optional(),
      ofBudget: z.number().optional(),
    }),
  ),
  curves: z.array(
    z.object({
      name: z.string(),
      of: z.string(),
      points: z.array(z.object({ count: z.number(), medianMs: z.number() })),
      order: z.string(),
      because: z.string(),
    }),
  ),
});

/** What a document tells of an earlier run. */
export type EarlierRun = z.infer<typeof runSchema>;

/** Reads the document of an earlier run; throws where it is none. */
export function readRun(text: string): EarlierRun {
  return runSchema.parse(JSON.parse(text));
}
