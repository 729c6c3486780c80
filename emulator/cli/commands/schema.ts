import { toJSONSchema, type ZodType } from 'zod';
import { inputError } from '../../base/input-error.ts';
import { defineCommand } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';

/** The files that have a schema. To add one, name it here. */
const schemas: ReadonlyMap<string, () => Promise<ZodType>> = new Map<string, () => Promise<ZodType>>([
  ['workload', async () => (await import('../../userland/workload/workload-schema.ts')).workloadSchema],
  ['scenario', async () => (await import('../../whatif/scenario/scenario-schema.ts')).scenarioSchema],
]);

/** `heapboard schema`: how files are written, as JSON Schema, from which editors complete and check. */
export const schemaCommand = defineCommand({
  arguments: [
    {
      name: 'kind',
      describe: `the kind of file: ${[...schemas.keys()].join(' or ')}`,
      complete: async () => [...schemas.keys()],
    },
  ],
  options: {},
  examples: [['heapboard schema workload > workload.schema.json', 'for an editor (docs/schemas.md)']],
  async run([kind = ''], _options, io) {
    const load = schemas.get(kind);
    if (load === undefined) {
      const problem = `there is no schema "${kind}"; there are ${[...schemas.keys()].join(', ')}`;
      throw inputError('usage', { problem });
    }
    const [schema, { toJson }] = await Promise.all([load(), import('../../report/json.ts')]);
    const document = toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
    io.out(toJson({ ...document, title: `Heapboard ${kind}` }));
    return exitCodes.answer;
  },
});
