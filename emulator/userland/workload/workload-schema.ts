import * as z from 'zod';
import { faultKeys, faultSchemas } from '../faults/fault.ts';
import { stepKinds } from './steps/index.ts';
import { useShape } from './uses.ts';
import { programShape, repeatShape, workloadShape } from './workload.ts';

/** How a workload is written, as one schema: what the reader checks bit by bit, for editors. */

const step: z.ZodType = z.lazy(() =>
  z.union([
    ...[...stepKinds.values()].map(({ schema }) => schema),
    z.strictObject({ ...repeatShape, steps }),
  ]),
);
const steps = z.array(step).min(1);
const fault = z.union(faultKeys.map((key) => faultSchemas[key]));

const written = z.strictObject({
  ...workloadShape,
  faults: z.array(fault).optional(),
  programs: z.record(z.string(), z.strictObject({ ...programShape, steps })).optional(),
  steps,
});

/** A workload of its own, or one that is another with other values. */
export const workloadSchema = z.union([written, z.strictObject(useShape)]);

/** Faults as a scenario lists them. */
export const faultsSchema = z.array(fault).min(1);
