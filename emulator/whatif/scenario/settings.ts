import * as z from 'zod';
import { type PhysicalRange, parseRange } from '../../base/range.ts';
import { validateYaml, type YamlDocument, type YamlFailure } from '../../base/yaml-input.ts';
import type { TreeEdit } from '../../devicetree/edits/edits.ts';
import type { RegionExport } from '../../linux/init/platform.ts';
import { configNames } from '../../linux/kconfig.ts';
import { architectureNames } from '../../machine/architecture.ts';
import { driverSchema, teeSchema } from '../../machine/board-driver-schemas.ts';
import { type CarveOut, parseCarveOut } from '../../machine/carve-out.ts';
import { pressureSchema } from '../../machine/pressure-schema.ts';
import type { Fault } from '../../userland/faults/fault.ts';
import { readFault } from '../../userland/faults/parse-fault.ts';
import {
  credentialsSchema,
  readWorkload,
  type Workload,
  type WorkloadCredentials,
} from '../../userland/workload/workload.ts';
import { within } from '../../userland/workload/yaml-checks.ts';
import type { BootOptions } from '../boot-options.ts';
import { parseRegionExport } from '../policies/check-exports.ts';
import type { PermissionOptions, RulesSource } from '../userland/device-rules.ts';
import { type ModuleLoad, parseModuleLoad } from '../userland/module-loads.ts';
import { knownProposals } from '../userland/proposals.ts';

/** What a scenario runs: a workload that stands in the file, or the name or path of one. */
export type ScenarioWorkload = { readonly inline: Workload } | { readonly name: string };

/** What is booted, how, and what runs on it. */
export interface Setup {
  readonly board: string | undefined;
  /** A devicetree: the path of one, or its source. It wins over the board's own. */
  readonly tree: { readonly path: string } | { readonly source: string } | undefined;
  readonly options: BootOptions;
  readonly workloads: readonly ScenarioWorkload[];
  /** Names or paths of the contracts of consumers that are checked. */
  readonly consumers: readonly string[];
  /** Other releases that `findings` compares with. */
  readonly releases?: readonly string[] | undefined;
  readonly credentials: WorkloadCredentials | undefined;
  /** How the workloads' processes take turns. */
  readonly schedule: 'round-robin' | 'random';
  /** What goes wrong on purpose while the workloads run. */
  readonly faults?: readonly Fault[] | undefined;
  /** Values for the workloads' parameters. */
  readonly parameters?: ReadonlyMap<string, bigint> | undefined;
  /** One bank of this size where the board's RAM begins, in place of the board's own. */
  readonly ramBytes?: bigint | undefined;
}

/** Where every setup begins. */
export const emptySetup: Setup = {
  board: undefined,
  tree: undefined,
  options: {},
  workloads: [],
  consumers: [],
  credentials: undefined,
  schedule: 'round-robin',
};

/** Puts something into a setup. */
export type Amend = (setup: Setup) => Setup;

/** Where a scenario stands. */
export interface ScenarioPlace {
  readonly file: string;
  /** The path of a file that the scenario names. */
  readonly resolve: (path: string) => string;
  readonly fail: YamlFailure;
}

/** Reads a setting; the document is its value. */
type ReadSetting = ((document: YamlDocument, place: ScenarioPlace) => Amend) & {
  /** How it is written, for editors; what has none is described elsewhere. */
  readonly schema?: z.ZodType;
};

/** A setting whose value follows a schema. */
function setting<Schema extends z.ZodType>(
  schema: Schema,
  amend: (value: z.output<Schema>, setup: Setup, place: ScenarioPlace) => Setup,
): ReadSetting {
  const read = (document: YamlDocument, place: ScenarioPlace): Amend => {
    const value = validateYaml(document, schema, place.fail);
    return (setup) => amend(value, setup, place);
  };
  return Object.assign(read, { schema });
}

/** A setting that is one of the boot's options; `before` is what was set already. */
function option<Schema extends z.ZodType>(
  schema: Schema,
  options: (value: z.output<Schema>, before: BootOptions, place: ScenarioPlace) => BootOptions,
): ReadSetting {
  return setting(schema, (value, setup, place) => ({
    ...setup,
    options: { ...setup.options, ...options(value, setup.options, place) },
  }));
}

const text = (expected: string) => z.string(`expected ${expected}`).min(1);

const range = text('BASE+SIZE').transform((written, context): PhysicalRange => {
  const parsed = parseRange(written);
  if (parsed !== undefined && parsed.sizeBytes > 0n) return parsed;
  context.addIssue(`expected BASE+SIZE with a size above 0, for instance 0x40000000+1G, not "${written}"`);
  return z.NEVER;
});

const ranges = z.preprocess(
  (value) => (typeof value === 'string' ? [value] : value),
  z.array(range, 'expected BASE+SIZE, or a list').min(1),
);

const carveOut = text('BASE+SIZE[:NAME]').transform((written, context): CarveOut => {
  const parsed = parseCarveOut(written);
  if (parsed !== undefined) return parsed;
  context.addIssue(`expected BASE+SIZE[:NAME], for instance 0x3b400000+76M:gpu, not "${written}"`);
  return z.NEVER;
});

const regionExport = text('DEVICE[=REGION]').transform((written, context): RegionExport => {
  const parsed = parseRegionExport(written);
  if (parsed !== undefined) return parsed;
  context.addIssue(`expected DEVICE[=REGION], for instance /soc/camera@1000=camera-pool, not "${written}"`);
  return z.NEVER;
});

const symbols = z.record(
  z.string().regex(/^(?!CONFIG_)[A-Z0-9_]+$/),
  z.union([z.string(), z.int(), z.boolean()]),
);

const configuration = z.strictObject({
  file: z.string().optional(),
  name: z.enum(configNames, `expected ${configNames.join(', ')}`).optional(),
  symbols: symbols.default({}),
});

const bootargs = z.union(
  [z.string(), z.strictObject({ append: z.string() })],
  'expected a command line, or append and what comes at its end',
);

const placement = z.strictObject({
  kernelImage: range.optional(),
  initrd: range.optional(),
  dtb: range.optional(),
});

const faultOf = z.unknown().transform((written, context): Fault => {
  const reading = readFault(written);
  if ('fault' in reading) return reading.fault;
  context.addIssue(reading.problem);
  return z.NEVER;
});

const moduleLoad = z.string().transform((text, context): ModuleLoad => {
  const parsed = parseModuleLoad(text);
  if (parsed !== undefined) return parsed;
  context.addIssue(`expected NAME or NAME@TIME, such as cma_heap@2.5s, not "${text}"`);
  return z.NEVER;
});

const written = z.string().min(1);
const numbers = z.record(z.string(), z.int().min(0)).default({});
const rulesText = z
  .string()
  .min(1)
  .transform(
    (text) =>
      (resolve: (path: string) => string, file: string): RulesSource =>
        /[\n=]|^\/dev\//.test(text) ? { file: `${file}, rules`, text } : { path: resolve(text) },
  );
/** Rules as paths, or written out on the spot. */
const permissions = z
  .strictObject({
    udev: z.array(rulesText).default([]),
    ueventd: z.array(rulesText).default([]),
    users: numbers,
    groups: numbers,
  })
  .transform(
    (value) =>
      (resolve: (path: string) => string, file: string): PermissionOptions => ({
        udev: value.udev.map((source) => source(resolve, file)),
        ueventd: value.ueventd.map((source) => source(resolve, file)),
        accounts: {
          users: new Map(Object.entries(value.users)),
          groups: new Map(Object.entries(value.groups)),
        },
      }),
  );
const edit = z
  .union(
    [
      z.strictObject({ set: written }),
      z.strictObject({ delete: written }),
      z.strictObject({ addRegion: written }),
    ],
    'expected set: NODE:PROP=VALUE, delete: NODE or NODE:PROP, or addRegion: NAME,size=SIZE,…',
  )
  .transform((value): TreeEdit => {
    if ('set' in value) return { kind: 'set', text: value.set };
    if ('delete' in value) return { kind: 'delete', text: value.delete };
    return { kind: 'add-region', text: value.addRegion };
  });

const settings: ReadonlyMap<string, ReadSetting> = new Map([
  ['board', setting(text('the name of a board'), (board, setup) => ({ ...setup, board }))],
  [
    'tree',
    setting(text('a path, or the source of a tree'), (tree, setup, { resolve }) => ({
      ...setup,
      tree: tree.includes('/dts-v1/') ? { source: tree } : { path: resolve(tree) },
    })),
  ],
  ['release', option(text('a release in quotes, such as "6.1"'), (release) => ({ release }))],
  [
    'releases',
    setting(z.array(text('a release in quotes, such as "6.1"')).min(1), (releases, setup) => ({
      ...setup,
      releases,
    })),
  ],
  ['arch', option(z.enum(architectureNames, 'expected arm64 or arm'), (arch) => ({ arch }))],
  ['policy', option(text('the name of an export policy'), (exportPolicy) => ({ exportPolicy }))],
  [
    'exports',
    option(z.array(regionExport).min(1), (exports, before) => ({
      exports: [...(before.exports ?? []), ...exports],
    })),
  ],
  [
    'configuration',
    option(configuration, (value, before, { resolve }) => ({
      ...(value.name === undefined ? {} : { config: value.name }),
      ...(value.file === undefined ? {} : { config: resolve(value.file) }),
      kconfig: [
        ...(before.kconfig ?? []),
        ...Object.entries(value.symbols).map(([symbol, value]) => `${symbol}=${symbolText(value)}`),
      ],
    })),
  ],
  [
    'bootargs',
    option(bootargs, (value, { appendBootargs }) => {
      if (typeof value === 'string') return { bootargs: value, appendBootargs: undefined };
      return {
        appendBootargs: appendBootargs === undefined ? value.append : `${appendBootargs} ${value.append}`,
      };
    }),
  ],
  ['memory', option(ranges, (memory) => ({ memory }))],
  ['carveouts', option(z.array(carveOut).min(1), (carveOuts) => ({ carveOuts }))],
  ['placement', option(placement, (value) => value)],
  [
    'overlays',
    option(z.array(z.string()).min(1), (paths, before, { resolve }) => ({
      overlays: [...(before.overlays ?? []), ...paths.map(resolve)],
    })),
  ],
  [
    'edits',
    option(z.array(edit).min(1), (edits, before) => ({ edits: [...(before.edits ?? []), ...edits] })),
  ],
  [
    'modules',
    option(z.array(moduleLoad).min(1), (loads, before) => ({
      modules: [...(before.modules ?? []), ...loads],
    })),
  ],
  [
    'permissions',
    option(permissions, (value, _before, { resolve, file }) => ({ permissions: value(resolve, file) })),
  ],
  ['proposals', option(z.array(z.enum(knownProposals)).min(1), (names) => ({ proposals: new Set(names) }))],
  ['seed', option(z.int().min(0), (seed) => ({ seed }))],
  [
    'coherency',
    option(z.enum(['full', 'tree', 'none'], 'expected full, tree or none'), (coherency) => ({ coherency })),
  ],
  ['tee', option(teeSchema, (tee) => ({ tee }))],
  ['pressure', option(pressureSchema, (pressure) => ({ pressure }))],
  [
    'drivers',
    option(z.array(driverSchema).min(1), (drivers, before) => ({
      drivers: [...(before.drivers ?? []), ...drivers],
    })),
  ],
  [
    'schedule',
    setting(z.enum(['round-robin', 'random'], 'expected round-robin or random'), (schedule, setup) => ({
      ...setup,
      schedule,
    })),
  ],
  ['faults', setting(z.array(faultOf).min(1), (faults, setup) => ({ ...setup, faults }))],
  ['credentials', setting(credentialsSchema, (credentials, setup) => ({ ...setup, credentials }))],
  ['workloads', readWorkloads],
  ['consumers', setting(z.array(z.string().min(1)).min(1), (consumers, setup) => ({ ...setup, consumers }))],
]);

/** The settings that a scenario and its change may name. */
export const settingKeys: readonly string[] = [...settings.keys()];

/** How settings are written, by key; undefined where editors are told otherwise. */
export const settingSchemas: ReadonlyMap<string, z.ZodType | undefined> = new Map(
  [...settings].map(([key, { schema }]) => [key, schema]),
);

/** Reads one setting of a map, as what it does to a setup; `key` is one of `settingKeys`. */
export function readSetting(key: string, map: YamlDocument, place: ScenarioPlace): Amend {
  const read = settings.get(key);
  if (read === undefined) throw new Error(`there is no setting ${key}`);
  return read(within(map, [key], key), place);
}

/** Workloads by name or path, or written out on the spot. */
function readWorkloads(document: YamlDocument, { file, fail }: ScenarioPlace): Amend {
  const items = validateYaml(document, z.array(z.union([z.string(), z.looseObject({})])).min(1), fail);
  const workloads = items.map((item, index): ScenarioWorkload => {
    if (typeof item === 'string') return { name: item };
    return { inline: readWorkload(within(document, [index]), file, `workload-${index + 1}`) };
  });
  return (setup) => ({ ...setup, workloads });
}

function symbolText(value: string | number | boolean): string {
  if (typeof value === 'boolean') return value ? 'y' : 'n';
  return String(value);
}
