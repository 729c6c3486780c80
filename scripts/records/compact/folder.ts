import { join } from 'node:path';
import { byVersion, namesIn, parseJsonLines, textOf } from '../parse.ts';
import { type BootRecord, callRecordSchema, type Records } from '../record.ts';
import { type BaseTrees, compactBootSchema, type Experiment, experimentSchema, unpackBoot } from './boot.ts';
import { baseCallSchema, compactCallSchema, unpackCalls } from './calls.ts';

/** The parts of a compact folder, and where they lie in it. */
export const layout = {
  experiments: 'experiments.jsonl',
  trees: 'trees',
  boots: 'boots',
  calls: 'syscalls',
  /** In the folder of a kernel's calls; no boot has that name. */
  baseCalls: '_base',
  configs: 'configs',
} as const;

/** Whether a folder has the compact form. */
export function isCompactFolder(folder: string): boolean {
  return textOf(folder, layout.experiments) !== undefined;
}

/** Opens a folder that `writeCompactFolder` wrote. */
export function openCompactFolder(folder: string): Records {
  const boots = new Map<string, readonly BootRecord[]>();
  let inputs:
    | { readonly trees: BaseTrees; readonly experiments: ReadonlyMap<string, Experiment> }
    | undefined;
  const readInputs = () => {
    inputs ??= {
      trees: new Map(
        namesIn(join(folder, layout.trees), '.dts').map((name) => [
          name,
          textOf(folder, layout.trees, `${name}.dts`) ?? '',
        ]),
      ),
      experiments: new Map(
        parseJsonLines(experimentSchema, join(folder, layout.experiments)).map((experiment) => [
          experiment.name,
          experiment,
        ]),
      ),
    };
    return inputs;
  };
  return {
    folder,
    kernels: [
      ...new Set([...namesIn(join(folder, layout.boots), '.jsonl'), ...namesIn(join(folder, layout.calls))]),
    ].sort(byVersion),
    boots(kernel) {
      const known = boots.get(kernel);
      if (known !== undefined) return known;
      const file = join(folder, layout.boots, `${kernel}.jsonl`);
      const { trees, experiments } = readInputs();
      const read = (textOf(file) === undefined ? [] : parseJsonLines(compactBootSchema, file)).map((boot) => {
        const experiment = experiments.get(boot.name);
        if (experiment === undefined) throw new Error(`${file}: no experiment is called ${boot.name}`);
        return unpackBoot(boot, experiment, trees);
      });
      boots.set(kernel, read);
      return read;
    },
    boot(kernel, name) {
      return this.boots(kernel).find((boot) => boot.name === name);
    },
    callNames: (kernel) =>
      namesIn(join(folder, layout.calls, kernel), '.jsonl').filter((name) => name !== layout.baseCalls),
    calls(kernel, name) {
      const file = join(folder, layout.calls, kernel, `${name}.jsonl`);
      if (textOf(file) === undefined) return undefined;
      const base = parseJsonLines(
        baseCallSchema,
        join(folder, layout.calls, kernel, `${layout.baseCalls}.jsonl`),
      );
      return unpackCalls(parseJsonLines(compactCallSchema, file), base).map((call) =>
        callRecordSchema.parse(call),
      );
    },
    config: (name) => textOf(folder, layout.configs, `${name}.config`),
  };
}
