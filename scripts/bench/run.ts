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

const runSchema = z.object({
  schemaVersion: z.literal(2),
  circumstances: z.object({ began: z.string(), commit: z.string(), cpu: z.string(), loadBefore: z.number() }),
  figures: z.array(
    z.object({ subject: z.string(), measure: z.string(), unit: z.string(), median: z.number() }),
  ),
});

/** What a comparison needs of an earlier run. */
export type EarlierRun = z.infer<typeof runSchema>;

/** Reads the document of an earlier run; throws where it is none. */
export function readRun(text: string): EarlierRun {
  return runSchema.parse(JSON.parse(text));
}
