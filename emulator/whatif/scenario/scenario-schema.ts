import * as z from 'zod';
import { faultsSchema, workloadSchema } from '../../userland/workload/workload-schema.ts';
import { facets } from './facets/index.ts';
import { headShape } from './scenario.ts';
import { settingSchemas } from './settings.ts';

/** How a scenario is written, as one schema: what the reader checks bit by bit, for editors. */

const written: Readonly<Record<string, z.ZodType>> = {
  workloads: z.array(z.union([z.string(), workloadSchema])).min(1),
  faults: faultsSchema,
};

const settings = Object.fromEntries(
  [...settingSchemas].map(([key, schema]) => [key, (written[key] ?? schema ?? z.unknown()).optional()]),
);
const expectation = z.strictObject(
  Object.fromEntries([...facets].map(([key, { schema }]) => [key, schema.optional()])),
);

export const scenarioSchema = z.strictObject({
  ...headShape,
  ...settings,
  before: expectation,
  change: z.strictObject(settings),
  after: expectation,
});
