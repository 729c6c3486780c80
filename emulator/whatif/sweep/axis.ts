import * as z from 'zod';
import { formatSize, parseSize } from '../../base/units.ts';
import { validateYaml, type YamlDocument } from '../../base/yaml-input.ts';
import { within } from '../../userland/workload/yaml-checks.ts';
import { type Amend, readSetting, type ScenarioPlace } from '../scenario/settings.ts';
import { ownAxes } from './own-axes.ts';

/** One value of an axis: what it does, and what it is called. */
export interface AxisValue {
  /** As results tell it. */
  readonly label: string | number;
  /** As it was written: what a point's key is made of. */
  readonly written: unknown;
  readonly amend: Amend;
}

/** What a sweep varies. */
export interface Axis {
  readonly name: string;
  readonly count: bigint;
  /** The value at an index below `count`. */
  at(index: number): AxisValue;
}

const range = z.strictObject({
  from: z.union([z.string(), z.int()]),
  to: z.union([z.string(), z.int()]),
  step: z.union([z.string(), z.int()]).default(1),
});

/**
 * Reads an axis of a grid: a list of values, or `from`, `to` and `step` for numbers and sizes. A range is not written
 * out, however long it is.
 */
export function readAxis(document: YamlDocument, name: string, place: ScenarioPlace): Axis {
  const { value } = within(document, [name], name);
  if (Array.isArray(value)) return listAxis(document, name, value, place);
  if (typeof value === 'object' && value !== null && 'from' in value) return rangeAxis(document, name, place);
  throw place.fail(`${name}: expected a list of values, or from, to and step`, document.positionOf([name]));
}

function listAxis(
  document: YamlDocument,
  name: string,
  items: readonly unknown[],
  place: ScenarioPlace,
): Axis {
  if (items.length === 0)
    throw place.fail(`the axis ${name} has no values, so the grid is empty`, document.positionOf([name]));
  const values = items.map((item, index): AxisValue => {
    const own = elementOf(document, name, index, item);
    return { label: labelOf(item), written: item, amend: readValue(own, name, place) };
  });
  return {
    name,
    count: BigInt(values.length),
    at: (index) => values[index] ?? { label: '', written: undefined, amend: (setup) => setup },
  };
}

/** The document of one value of a list, as a map with the axis's name: what settings are read from. */
function elementOf(document: YamlDocument, name: string, index: number, item: unknown): YamlDocument {
  return {
    value: { [name]: item },
    positionOf: (path) => document.positionOf([name, index, ...path.slice(1)]),
    positionOfKey: (path, key) =>
      path.length === 0
        ? document.positionOf([name, index])
        : document.positionOfKey([name, index, ...path.slice(1)], key),
  };
}

function readValue(document: YamlDocument, name: string, place: ScenarioPlace): Amend {
  const own = ownAxes.get(name);
  return own === undefined ? readSetting(name, document, place) : own(within(document, [name], name), place);
}

function rangeAxis(document: YamlDocument, name: string, place: ScenarioPlace): Axis {
  const facts = validateYaml(within(document, [name], name), range, place.fail);
  const [from, to, step] = [facts.from, facts.to, facts.step].map((text) => parseSize(String(text)));
  const isSize = [facts.from, facts.to].some((text) => typeof text === 'string');
  const at = document.positionOf([name]);
  if (from === undefined || to === undefined || step === undefined || step === 0n)
    throw place.fail(`${name}: from, to and step are whole numbers or sizes, step above 0`, at);
  if (to < from) throw place.fail(`${name}: nothing lies from ${facts.from} to ${facts.to}`, at);
  const valueAt = (index: number): string | number => {
    const value = from + step * BigInt(index);
    return isSize ? formatSize(value).replace(/ (\w)iB$/, '$1') : Number(value);
  };
  // What holds for the first value holds for all: they differ in nothing but the number.
  readValue(elementOf(document, name, 0, valueAt(0)), name, place);
  return {
    name,
    count: (to - from) / step + 1n,
    at: (index) => {
      const value = valueAt(index);
      const element = {
        ...elementOf(document, name, 0, value),
        positionOf: () => at,
        positionOfKey: () => at,
      };
      return { label: value, written: value, amend: readValue(element, name, place) };
    },
  };
}

/** A value as results tell it: itself where it is short, else what it is made of. */
export function labelOf(value: unknown): string | number {
  if (typeof value === 'number') return value;
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.map(labelOf).join('+') || '(none)';
  if (typeof value !== 'object' || value === null) return String(value);
  if ('workload' in value && typeof value.workload === 'string') return value.workload;
  return Object.entries(value)
    .map(([key, part]) => `${key}=${labelOf(part)}`)
    .join(',');
}
