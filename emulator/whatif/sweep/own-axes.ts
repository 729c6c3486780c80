import * as z from 'zod';
import { hex, parseSize } from '../../base/units.ts';
import { validateYaml, type YamlDocument } from '../../base/yaml-input.ts';
import type { Amend, ScenarioPlace, Setup } from '../scenario/settings.ts';

/** Axes of a sweep that no scenario has as a setting: shorthands for what is varied most. */
type ReadAxis = (document: YamlDocument, place: ScenarioPlace) => Amend;

const sizeText = z.union([z.string(), z.int()]).transform((value, context): bigint => {
  const parsed = parseSize(String(value));
  if (parsed !== undefined && parsed > 0n) return parsed;
  context.addIssue(`expected a size such as 64M, not "${value}"`);
  return z.NEVER;
});

function withOptions(options: (setup: Setup) => Setup['options']): Amend {
  return (setup) => ({ ...setup, options: { ...setup.options, ...options(setup) } });
}

/** `size`: the default CMA area's size, wherever the board says it: with `cma=` at the end of the command line. */
const size: ReadAxis = (document, { fail }) => {
  const bytes = validateYaml(document, sizeText, fail);
  return withOptions(({ options }) => ({
    appendBootargs: [options.appendBootargs, `cma=${bytes}`].filter((part) => part !== undefined).join(' '),
  }));
};

/** `poolSize`: the size of the tree's default pool, which keeps its node and its name. */
const poolSize: ReadAxis = (document, { fail }) => {
  const { node, size: bytes } = validateYaml(
    document,
    z.strictObject({ node: z.string(), size: sizeText }),
    fail,
  );
  return withOptions(({ options }) => ({
    edits: [...(options.edits ?? []), { kind: 'set', text: `${node}:size=${hex(bytes)}` }],
  }));
};

/** `ram`: one bank from where the board's RAM begins, or banks as BASE+SIZE. */
const ram: ReadAxis = (document, { fail }) => {
  const sizeBytes = validateYaml(document, sizeText, fail);
  return (setup) => ({ ...setup, ramBytes: sizeBytes });
};

/** `pageSize`: 4K, 16K or 64K. */
const pageSize: ReadAxis = (document, { fail }) => {
  const text = validateYaml(document, z.enum(['4K', '16K', '64K'], 'expected 4K, 16K or 64K'), fail);
  return withOptions(({ options }) => ({
    kconfig: [...(options.kconfig ?? []), `ARM64_${text}_PAGES=y`],
  }));
};

/** `parameters`: values for the workloads' parameters. */
const parameters: ReadAxis = (document, { fail }) => {
  const values = validateYaml(document, z.record(z.string(), z.union([z.int(), sizeText])), fail);
  const entries = Object.entries(values).map(([name, value]): [string, bigint] => [name, BigInt(value)]);
  return (setup) => ({ ...setup, parameters: new Map([...(setup.parameters ?? []), ...entries]) });
};

export const ownAxes: ReadonlyMap<string, ReadAxis> = new Map([
  ['size', size],
  ['poolSize', poolSize],
  ['ram', ram],
  ['pageSize', pageSize],
  ['parameters', parameters],
]);
