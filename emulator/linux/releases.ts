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
}

interface Series {
  readonly name: string;
  readonly version: string;
  readonly source: 'read' | 'interpolated';
}

/** The modelled series, oldest first. Each stands for its last stable version that was known. */
const series: readonly Series[] = [
  { name: 'rfc-2019', version: '5.4-rfc', source: 'interpolated' },
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
export const defaultRelease = '6.1';

/** Places a series in time; the RFC came before everything that was merged. */
function age(name: string): number {
  const match = /^(\d+)\.(\d+)/.exec(name);
  return match === null ? 0 : Number(match[1]) * 1000 + Number(match[2]);
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

const behaviourNames = Object.keys(behaviourHistory) as (keyof Behaviours)[];

function behavioursOf(seriesName: string, isFirst: boolean): Behaviours {
  const entries = behaviourNames.map((name) => [name, changeFor(name, seriesName, isFirst).value]);
  return Object.fromEntries(entries) as unknown as Behaviours;
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
    evidence: (behaviour) => changeFor(behaviour, found.name, isFirst).evidence,
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
    const [old, now] = [before, after].map((one) => changeOf(one, behaviour));
    if (old === undefined || now === undefined || old === now) return [];
    return [{ behaviour, before: old.says, after: now.says, evidence: now.evidence }];
  });
}

function changeOf(one: Release, behaviour: keyof Behaviours): Change<unknown> {
  const isFirst = one.version === one.name && one.name.endsWith('.0');
  return changeFor(behaviour, isFirst ? one.name.slice(0, -2) : one.name, isFirst);
}
