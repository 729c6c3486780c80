import { formatSize } from '../../base/units.ts';
import type { System } from '../system.ts';
import { optionOf } from './change.ts';
import type { Failure } from './failure.ts';
import { sized, stepOf } from './largest.ts';
import { ownArea } from './subject.ts';
import type { Trials } from './trials.ts';

/** How large a granted wish could be: the last size that is granted, and the first that is not, both booted. */
export interface Room {
  readonly largestBytes: string;
  readonly says: string;
  /** The smallest change that would lose it. */
  readonly option: string;
  readonly value: string;
  /** What that would run into: the limit that binds. */
  readonly because?: string | undefined;
}

/** Searches by booting how far a granted size could grow; undefined where it has no size that could be changed. */
export function findRoom(failure: Failure, trials: Trials): Room | undefined {
  const step = stepOf(failure);
  const now = failure.wish.sizeBytes;
  const memory = failure.system.environment.memblock.memoryBytes;
  const sizeAt = (count: number) => (now / step + BigInt(count)) * step;
  const grants = (count: number): boolean => {
    const change = sized(failure, sizeAt(count));
    return change !== undefined && trials.grants(change, sizeAt(count));
  };
  if (now === 0n || now % step !== 0n || sized(failure, now) === undefined) return undefined;
  let fits = 0;
  let fails = Number((memory - now) / step) + 1;
  while (fails - fits > 1) {
    const middle = Math.floor((fits + fails) / 2);
    if (grants(middle)) fits = middle;
    else fails = middle;
  }
  const change = sized(failure, sizeAt(fails));
  if (change === undefined || grants(fails)) return undefined;
  const [option, value] = optionOf(change);
  const largest = sizeAt(fits);
  const says = `it could have up to ${formatSize(largest)} here; ${formatSize(sizeAt(fails))} would be refused`;
  const because = limitOf(failure, trials.boot(change));
  return { largestBytes: String(largest), says, option, value, because };
}

/** Why the first size that is refused is refused, as the record of that boot tells it. */
function limitOf(failure: Failure, refused: System | undefined): string | undefined {
  const subject = failure.node?.path ?? `area:${ownArea}`;
  const decision = refused?.environment.decisions.about(subject).at(-1);
  return decision?.tried.at(-1)?.result ?? decision?.outcome;
}
