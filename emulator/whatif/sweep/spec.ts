import * as z from 'zod';
import { inputError } from '../../base/input-error.ts';
import { parseYaml, validateYaml, type YamlDocument, type YamlFailure } from '../../base/yaml-input.ts';
import { keysOf, refuseUnknownKeys, within } from '../../userland/workload/yaml-checks.ts';
import {
  type Amend,
  emptySetup,
  readSetting,
  type ScenarioPlace,
  type Setup,
  settingKeys,
} from '../scenario/settings.ts';
import { type Axis, type AxisValue, labelOf, readAxis } from './axis.ts';
import { ownAxes } from './own-axes.ts';

/** A sweep as it is written: what is common to all points, and what varies. */
export interface SweepSpec {
  readonly name: string;
  readonly summary: string;
  readonly file: string;
  readonly base: Amend;
  /** The settings of `base` as they were written. */
  readonly baseWritten: unknown;
  /** Points that are listed one by one; one without any change where there is no list. */
  readonly list: readonly (readonly (AxisValue & { readonly axis: string })[])[];
  /** What is combined, each value with each of the others; the last axis varies fastest. */
  readonly grid: readonly Axis[];
  /** How many points there are. */
  readonly count: number;
  readonly pivot: PivotChoice;
}

/** What the summary's table shows. */
export interface PivotChoice {
  readonly rows: string | undefined;
  readonly columns: string | undefined;
  readonly value: 'passed' | 'memTotal' | 'cmaTotal' | 'peak';
}

/** One point: its place, and the values that make it up, by axis. */
export interface SweepPoint {
  readonly index: number;
  readonly values: Readonly<Record<string, string | number>>;
  /** What it changes, as it was written, in order. */
  readonly written: readonly (readonly [axis: string, value: unknown])[];
  readonly setup: Setup;
}

const sweepFailure: YamlFailure = (problem, position) =>
  inputError('sweep-broken', { problem }, { position });

const headShape = {
  sweep: z.string('expected a short name').min(1),
  summary: z.string().default(''),
  rows: z.string().optional(),
  columns: z.string().optional(),
  value: z.enum(['passed', 'memTotal', 'cmaTotal', 'peak']).default('passed'),
};
const axisNames = [...new Set([...settingKeys, ...ownAxes.keys()])];
const ownKeys = [...Object.keys(headShape), 'grid', 'list'];

/** Reads the text of a sweep; a mistake is an InputError with file, line and column. More points than `most` are one. */
export function parseSweep(
  text: string,
  file: string,
  options: { readonly resolve: (path: string) => string; readonly most: number },
): SweepSpec {
  const place = { file, resolve: options.resolve, fail: sweepFailure };
  const document = parseYaml(text, file, sweepFailure);
  refuseUnknownKeys(document, [...ownKeys, ...axisNames], 'a sweep', sweepFailure);
  const head = validateYaml(document, z.object(headShape), sweepFailure);
  const grid = readGrid(document, place);
  const list = readList(document, place);
  const keys = keysOf(document);
  if (!keys.includes('grid') && !keys.includes('list'))
    throw sweepFailure('a sweep needs a grid, a list, or both', document.positionOf([]));
  const count = grid.reduce((product, axis) => product * axis.count, BigInt(list.length));
  refuseTooMany(count, BigInt(options.most), grid, list.length);
  const axes = [...new Set([...grid.map(({ name }) => name), ...list.flat().map(({ axis }) => axis)])];
  for (const key of ['rows', 'columns'] as const) {
    const wanted = head[key];
    if (wanted !== undefined && !axes.includes(wanted))
      throw sweepFailure(
        `${key}: no axis is called "${wanted}"; there are ${axes.join(', ')}`,
        document.positionOf([key]),
      );
  }
  return {
    name: head.sweep,
    summary: head.summary,
    file,
    base: readAll(
      document,
      keys.filter((key) => !ownKeys.includes(key)),
      place,
    ),
    baseWritten: baseOf(document, keys),
    list,
    grid,
    count: Number(count),
    pivot: { rows: head.rows, columns: head.columns, value: head.value },
  };
}

function baseOf(document: YamlDocument, keys: readonly string[]): unknown {
  const { value } = document;
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(
    Object.entries(value).filter(([key]) => keys.includes(key) && !ownKeys.includes(key)),
  );
}

function readAll(document: YamlDocument, keys: readonly string[], place: ScenarioPlace): Amend {
  const amends = keys.map((key) => readOne(document, key, place));
  return (setup) => amends.reduce((amended, amend) => amend(amended), setup);
}

function readOne(document: YamlDocument, key: string, place: ScenarioPlace): Amend {
  const own = ownAxes.get(key);
  return own === undefined ? readSetting(key, document, place) : own(within(document, [key], key), place);
}

function readGrid(document: YamlDocument, place: ScenarioPlace): readonly Axis[] {
  if (!keysOf(document).includes('grid')) return [];
  const grid = within(document, ['grid'], 'grid');
  const names = keysOf(grid);
  if (names.length === 0)
    throw sweepFailure('the grid is empty: it names no axis', document.positionOf(['grid']));
  refuseUnknownKeys(grid, axisNames, 'grid', sweepFailure);
  return names.map((name) => readAxis(grid, name, place));
}

function readList(document: YamlDocument, place: ScenarioPlace): SweepSpec['list'] {
  if (!keysOf(document).includes('list')) return [[]];
  const { value } = within(document, ['list'], 'list');
  if (!Array.isArray(value) || value.length === 0)
    throw sweepFailure('the list of points is empty', document.positionOf(['list']));
  return value.map((item: unknown, index) => {
    const own = within(document, ['list', index], `list[${index}]`);
    if (typeof item !== 'object' || item === null || Array.isArray(item))
      throw sweepFailure('a point is a map of settings', document.positionOf(['list', index]));
    refuseUnknownKeys(own, axisNames, 'a point', sweepFailure);
    return Object.entries(item).map(([axis, part]) => ({
      axis,
      label: labelOf(part),
      written: part,
      amend: readOne(own, axis, place),
    }));
  });
}

function refuseTooMany(count: bigint, most: bigint, grid: readonly Axis[], listed: number): void {
  if (count <= most) return;
  const parts = [
    ...(listed > 1 ? [`${listed} listed points`] : []),
    ...grid.map((axis) => `${axis.name}: ${axis.count.toLocaleString('en')}`),
  ];
  throw inputError('sweep-too-large', {
    count: count.toLocaleString('en'),
    most: most.toLocaleString('en'),
    axes: parts.join(', '),
  });
}

/** The names and paths of all workloads that some point runs. */
export function workloadsOf(spec: SweepSpec): readonly string[] {
  const axis = spec.grid.find(({ name }) => name === 'workloads');
  const fromGrid = Array.from({ length: Number(axis?.count ?? 0n) }, (_, index) => axis?.at(index).amend);
  const amends = [spec.base, ...spec.list.flat().map(({ amend }) => amend), ...fromGrid];
  const names = amends.flatMap((amend) =>
    (amend?.(emptySetup).workloads ?? []).flatMap((workload) => ('name' in workload ? [workload.name] : [])),
  );
  return [...new Set(names)];
}

/** The point at an index from 0 to `count - 1`. */
export function pointAt(spec: SweepSpec, index: number): SweepPoint {
  let rest = index;
  const fromGrid: (AxisValue & { readonly axis: string })[] = [];
  for (const axis of spec.grid.toReversed()) {
    const size = Number(axis.count);
    fromGrid.unshift({ axis: axis.name, ...axis.at(rest % size) });
    rest = Math.floor(rest / size);
  }
  const chosen = [...(spec.list[rest] ?? []), ...fromGrid];
  const setup = chosen.reduce((amended, { amend }) => amend(amended), spec.base(emptySetup));
  return {
    index,
    values: Object.fromEntries(chosen.map(({ axis, label }) => [axis, label])),
    written: chosen.map(({ axis, written }) => [axis, written]),
    setup,
  };
}
