import { alignUp, formatSize, hex } from '../../../base/units.ts';
import type { DtNode } from '../../../devicetree/tree.ts';
import type { ChangeKind, Failure, Proposal } from '../failure.ts';
import { rangesOf, setRanges } from '../node-ranges.ts';
import { stepped, stepsToFreePlaces } from '../places.ts';
import { wantedState } from '../wish.ts';

/** A stated place that cannot be had: the nearest one that can, in whole units. */
export const regionBase: ChangeKind = {
  name: 'region-base',
  propose: (failure) => (failure.node === undefined ? [] : moveRegion(failure, failure.node)),
};

/** The places to which a region with `reg` may be moved. */
export function moveRegion(failure: Failure, node: DtNode): readonly Proposal[] {
  const ranges = rangesOf(failure, node, 'reg');
  const [first, ...more] = ranges;
  if (first === undefined || first.sizeBytes === 0n) return [];
  const step = wantedState(node) === 'cma' ? failure.areaUnitBytes : failure.pageBytes;
  const sizeBytes = alignUp(first.sizeBytes, step);
  const grown = sizeBytes === first.sizeBytes ? '' : ` with ${formatSize(sizeBytes)}`;
  const at = (baseBytes: bigint) => {
    if (baseBytes < 0n) return undefined;
    const says = `let ${node.path} lie at ${hex(baseBytes)}${grown}`;
    return { says, change: setRanges(node, 'reg', [{ baseBytes, sizeBytes }, ...more]) };
  };
  const here = first.baseBytes % step === 0n && grown !== '' ? at(first.baseBytes) : undefined;
  const steps = stepsToFreePlaces(failure, { baseBytes: first.baseBytes, sizeBytes }, step);
  const moves = [true, false].map((upwards) => ({
    probes: upwards ? steps.up : steps.down,
    at: (count: number) => at(stepped(first.baseBytes, step, count, upwards)),
  }));
  if (here === undefined) return moves;
  const oneStepLess =
    sizeBytes > step
      ? {
          oneStepLess: setRanges(node, 'reg', [
            { baseBytes: first.baseBytes, sizeBytes: sizeBytes - step },
            ...more,
          ]),
        }
      : {};
  return [{ ...here, ...oneStepLess }, ...moves];
}
