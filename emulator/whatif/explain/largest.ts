import { formatSize, hex, MiB } from '../../base/units.ts';
import { type Change, setProperty } from './change.ts';
import { cmaValue, withCma } from './changes/cma-parameter.ts';
import type { Failure } from './failure.ts';
import { rangesOf, setRanges } from './node-ranges.ts';
import type { Trials } from './trials.ts';
import { wantedState } from './wish.ts';

/** The largest size that a wish would be granted with, were it smaller; booted. */
export interface LargestSize {
  readonly sizeBytes: bigint;
  readonly says: string;
  readonly change: Change;
  /** One step more; booted, and refused. Undefined where that would be the wish itself. */
  readonly tooMuch: Change | undefined;
}

/** Searches the largest smaller size by booting; undefined where none is granted. */
export function findLargest(failure: Failure, trials: Trials): LargestSize | undefined {
  const step = stepOf(failure);
  const wanted = failure.wish.sizeBytes;
  const grants = (count: number): boolean => {
    const size = BigInt(count) * step;
    const change = sized(failure, size);
    return change !== undefined && trials.grants(change, size);
  };
  const most = Number((wanted - 1n) / step);
  if (wanted === 0n || most < 1 || !grants(1)) return undefined;
  let fits = 1;
  let fails = most + 1;
  while (fails - fits > 1) {
    const middle = Math.floor((fits + fails) / 2);
    if (grants(middle)) fits = middle;
    else fails = middle;
  }
  const sizeBytes = BigInt(fits) * step;
  const change = sized(failure, sizeBytes);
  if (change === undefined) return undefined;
  const tooMuch = fails > most ? undefined : sized(failure, BigInt(fails) * step);
  return { sizeBytes, says: `ask for ${formatSize(sizeBytes)} only`, change, tooMuch };
}

/** What sizes are multiples of: a region's own size may be any number of pages. */
export function stepOf({ node, areaUnitBytes, pageBytes, system }: Failure): bigint {
  if (node !== undefined) return wantedState(node) === 'cma' ? areaUnitBytes : pageBytes;
  const byKconfig = cmaValue(system.environment.handoff.bootargs) === undefined;
  return byKconfig && areaUnitBytes < MiB ? MiB : areaUnitBytes;
}

/** The change that asks for another size. */
export function sized(failure: Failure, sizeBytes: bigint): Change | undefined {
  const { node, system } = failure;
  if (node === undefined) return sizedDefault(system.environment.handoff.bootargs, sizeBytes);
  const [first, ...more] = rangesOf(failure, node, 'reg');
  if (first !== undefined) {
    const unit = stepOf(failure);
    const { baseBytes } = first;
    if (wantedState(node) === 'cma' && baseBytes % unit !== 0n) return undefined;
    return setRanges(node, 'reg', [{ baseBytes, sizeBytes }, ...more]);
  }
  return node.has('size') ? setProperty(node.path, 'size', hex(sizeBytes)) : undefined;
}

function sizedDefault(bootargs: string, sizeBytes: bigint): Change | undefined {
  const value = cmaValue(bootargs);
  if (value === undefined) {
    if (sizeBytes % MiB !== 0n) return undefined;
    return { kind: 'kconfig', symbol: 'CMA_SIZE_MBYTES', value: String(sizeBytes / MiB) };
  }
  const at = value.indexOf('@');
  const text = `${hex(sizeBytes)}${at < 0 ? '' : value.slice(at)}`;
  return { kind: 'bootargs', bootargs: withCma(bootargs, text) };
}
