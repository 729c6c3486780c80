import type { Evidence } from '../base/decisions.ts';
import { inputError } from '../base/input-error.ts';
import { type Behaviours, behaviourHistory } from './releases/behaviours.ts';
import type { Change } from './releases/history.ts';

export type { Behaviours } from './releases/behaviours.ts';

/** A kernel release that can be booted. */
export interface Release {
  /** As the user names it: `6.1`, `6.1.0`, `rfc-2019`. */
  readonly name: string;
  /** The version that it stands for: `6.1.192`. */
  readonly version: string;
  /** Whether this very version's source was read, or its behaviours are taken from its neighbours. */
  readonly source: 'read' | 'interpolated';
  readonly behaviours: Behaviours;
  /** How the value of a behaviour is known for this release. */
  evidence(behaviour: keyof Behaviours): Evidence;
  /** What a behaviour means in this release, as half a sentence after its name. */
  says(behaviour: keyof Behaviours): string;
}

interface Series {
  readonly name: string;
  readonly version: string;
  readonly source: 'read' | 'interpolated';
}

/** The modelled series, oldest first. Each stands for its last stable version that was known. */
const series: readonly Series[] = [
  { name: 'rfc-2019', version: '5.4-rfc', source: 'interpolated' },
  { name: 'rfc-2019-modules', version: '5.4-rfc', source: 'interpolated' },
  { name: '5.6', version: '5.6.19', source: 'interpolated' },
  { name: '5.10', version: '5.10.223', source: 'read' },
  { name: '5.15', version: '5.15.160', source: 'interpolated' },
  { name: '6.1', version: '6.1.192', source: 'read' },
  { name: '6.6', version: '6.6.90', source: 'interpolated' },
  { name: '6.12', version: '6.12.117', source: 'read' },
  { name: '6.17', version: '6.17.13', source: 'interpolated' },
  { name: '6.18', version: '6.18.20', source: 'interpolated' },
  { name: '6.19', version: '6.19.14', source: 'interpolated' },
  { name: '7.1', version: '7.1.10', source: 'interpolated' },
  { name: '7.2', version: '7.2.13', source: 'read' },
  { name: '7.3', version: '7.3.4', source: 'read' },
];

/** The release that is booted where nobody names one. */
export const defaultRelease = '6.12';

/** Places a series in time; what was only proposed in 2019 came before everything that was merged. */
function age(name: string): number {
  const match = /^(\d+)\.(\d+)/.exec(name);
  return match === null
    ? ['rfc-2019', 'rfc-2019-modules'].indexOf(name)
    : Number(match[1]) * 1000 + Number(match[2]);
}

/** Whether a change holds in a series; backports came with later stable versions, not with the first release. */
function holds(change: Change<unknown>, name: string, isFirst: boolean): boolean {
  if (age(change.since) <= age(name)) return true;
  return !isFirst && (change.backports ?? []).includes(name);
}

function changeFor<Name extends keyof Behaviours>(
  name: Name,
  seriesName: string,
  isFirst: boolean,
): Change<Behaviours[Name]> {
  const [oldest, ...later] = behaviourHistory[name];
  return later.findLast((change) => holds(change, seriesName, isFirst)) ?? oldest;
}

/**
 * How a value is known for a series. A series that was not read lies between two that were: where those agree it is
 * as well known as they are, where they differ the time of the change is a conclusion. The RFC's own entries tell
 * what was posted.
 */
function evidenceFor(behaviour: keyof Behaviours, one: Series, isFirst: boolean): Evidence {
  const change = changeFor(behaviour, one.name, isFirst);
  if (one.source === 'read' || change.evidence === 'inferred') return change.evidence;
  const index = series.indexOf(one);
  const before = series.slice(0, index).findLast(({ source }) => source === 'read');
  const after = series.slice(index + 1).find(({ source }) => source === 'read');
  const agrees = [before, after].every(
    (neighbour) => neighbour === undefined || holdsSame(behaviour, one, isFirst, neighbour),
  );
  if (agrees) return change.evidence;
  return before === undefined && change.since === one.name ? change.evidence : 'inferred';
}

function holdsSame(behaviour: keyof Behaviours, one: Series, isFirst: boolean, neighbour: Series): boolean {
  const there = changeFor(behaviour, neighbour.name, false);
  const here = changeFor(behaviour, one.name, isFirst);
  return here === there || JSON.stringify(here.value) === JSON.stringify(there.value);
}

const behaviourNames = Object.keys(behaviourHistory) as (keyof Behaviours)[];

type Filling = { -readonly [Name in keyof Behaviours]?: Behaviours[Name] };

function fill<Name extends keyof Behaviours>(filling: Filling, name: Name, value: Behaviours[Name]): void {
  filling[name] = value;
}

function isComplete(filling: Filling): filling is Behaviours {
  return behaviourNames.every((name) => name in filling);
}

function behavioursOf(seriesName: string, isFirst: boolean): Behaviours {
  const filling: Filling = {};
  for (const name of behaviourNames) fill(filling, name, changeFor(name, seriesName, isFirst).value);
  if (!isComplete(filling)) throw new Error(`the release ${seriesName} lacks a behaviour`);
  return filling;
}

const known = new Map<string, Release>();

function release(name: string): Release | undefined {
  const isFirst = /^\d+\.\d+\.0$/.test(name);
  const found = series.find((candidate) => candidate.name === (isFirst ? name.slice(0, -2) : name));
  if (found === undefined) return undefined;
  return {
    name,
    version: isFirst ? name : found.version,
    source: isFirst ? 'interpolated' : found.source,
    behaviours: behavioursOf(found.name, isFirst),
    evidence: (behaviour) => evidenceFor(behaviour, found, isFirst),
    says: (behaviour) => changeFor(behaviour, found.name, isFirst).says,
  };
}

/** The names of all releases, oldest first. */
export const releaseNames: readonly string[] = series.map((one) => one.name);

/** A release by its name. An unknown name is an input error. */
export function releaseNamed(name: string): Release {
  const found = known.get(name) ?? release(name);
  if (found === undefined) throw inputError('release-unknown', { release: name, known: releaseNames });
  known.set(name, found);
  return found;
}

/**
 * The modelled release that is nearest to a kernel's version, `6.6.52-lf`: its own series, else the newest one before
 * it, else the oldest one. The default release where the text names no version.
 */
export function nearestRelease(version: string): Release {
  const [written] = /^\d+\.\d+/.exec(version) ?? [];
  if (written === undefined) return releaseNamed(defaultRelease);
  const merged = series.filter(({ name }) => /^\d/.test(name));
  const found = merged.findLast(({ name }) => age(name) <= age(written)) ?? merged[0];
  return releaseNamed(found?.name ?? defaultRelease);
}

/** What one release changed against another, as half sentences, in the order of the table. */
export interface ReleaseDifference {
  readonly behaviour: keyof Behaviours;
  readonly before: string;
  readonly after: string;
  readonly evidence: Evidence;
}

/** Every behaviour in which two releases differ. */
export function releaseDifferences(before: Release, after: Release): readonly ReleaseDifference[] {
  return behaviourNames.flatMap((behaviour) => {
    const same = JSON.stringify(before.behaviours[behaviour]) === JSON.stringify(after.behaviours[behaviour]);
    if (same) return [];
    const evidence = weaker(before.evidence(behaviour), after.evidence(behaviour));
    return [{ behaviour, before: before.says(behaviour), after: after.says(behaviour), evidence }];
  });
}

const byStrength: readonly Evidence[] = ['inferred', 'read', 'recorded'];

/** A difference is known no better than the worse known of its sides. */
function weaker(one: Evidence, other: Evidence): Evidence {
  return byStrength.indexOf(one) < byStrength.indexOf(other) ? one : other;
}
