import type { System } from '../system.ts';
import type { Change } from './change.ts';
import { changeKinds } from './changes/index.ts';
import type { Candidate, Failure, Proposal, Range } from './failure.ts';
import type { Trials } from './trials.ts';
import { takesFromNobody } from './wish.ts';

/** A change that was booted and grants the wish. */
export interface VerifiedChange {
  readonly kind: string;
  readonly says: string;
  readonly change: Change;
  /** For a number: the value one step nearer to what it was; it was booted as well, and does not suffice. */
  readonly tooLittle: Change | undefined;
}

/** The first kind of change, in the order of the list, that grants a failed wish. */
export function findChange(failure: Failure, trials: Trials): VerifiedChange | undefined {
  for (const { name, propose } of changeKinds) {
    const best = nearest(propose(failure), trials);
    if (best === undefined) continue;
    const { candidate, tooLittle } = best;
    return { kind: name, says: candidate.says, change: candidate.change, tooLittle };
  }
  return undefined;
}

/** The proposal that suffices with the fewest steps. */
function nearest(proposals: readonly Proposal[], trials: Trials): Found | undefined {
  let best: Found | undefined;
  for (const proposal of proposals) {
    const found = verify(proposal, trials);
    if (found?.distance === 0) return found;
    if (found !== undefined && (best === undefined || found.distance < best.distance)) best = found;
  }
  return best;
}

interface Found {
  readonly candidate: Candidate;
  readonly tooLittle: Change | undefined;
  readonly distance: number;
}

function verify(proposal: Proposal, trials: Trials): Found | undefined {
  if (!('at' in proposal)) {
    const { change, oneStepLess } = proposal;
    if (!trials.grants(change) || (oneStepLess !== undefined && trials.grants(oneStepLess))) return undefined;
    return { candidate: proposal, tooLittle: oneStepLess, distance: 0 };
  }
  return narrow(proposal, trials);
}

/** Finds a step that suffices, and goes back from it until one step less does not. */
function narrow(range: Range, trials: Trials): Found | undefined {
  const grants = (step: number): boolean => {
    const candidate = range.at(step);
    return candidate !== undefined && trials.grants(candidate.change);
  };
  let fails = 0;
  let suffices: number | undefined;
  for (const step of range.probes) {
    if (grants(step)) {
      suffices = step;
      break;
    }
    fails = Math.max(fails, step);
  }
  if (suffices === undefined) return undefined;
  if (fails > suffices) fails = 0;
  // What was probed is the nearest free place: mostly one step less fails at once.
  if (suffices - fails > 1 && !grants(suffices - 1)) fails = suffices - 1;
  while (suffices - fails > 1) {
    const middle: number = Math.floor((fails + suffices) / 2);
    if (grants(middle)) suffices = middle;
    else fails = middle;
  }
  const candidate = range.at(suffices);
  if (candidate === undefined) return undefined;
  return { candidate, tooLittle: fails === 0 ? undefined : range.at(fails)?.change, distance: suffices };
}

/** A change that was booted and is not enough by itself, and what stands in the way then. */
export interface FirstStep {
  readonly says: string;
  readonly change: Change;
  readonly outcome: string;
}

/** Where no single change suffices: the most obvious one, and what it leads to. */
export function firstStep(failure: Failure, trials: Trials): FirstStep | undefined {
  const [proposal] = changeKinds.flatMap(({ name, propose }) => (name === 'release' ? [] : propose(failure)));
  if (proposal === undefined) return undefined;
  const candidate = 'at' in proposal ? proposal.at(proposal.probes[0] ?? 1) : proposal;
  const after = candidate === undefined ? undefined : trials.boot(candidate.change);
  if (candidate === undefined || after === undefined) return undefined;
  return { says: candidate.says, change: candidate.change, outcome: outcomeOf(failure, after) };
}

function outcomeOf({ node, wish, system }: Failure, after: System): string {
  if (!after.booted) return `the kernel panics: ${after.panic ?? ''}`;
  const region = after.environment.regions.find(({ nodePath }) => nodePath === node?.path);
  if (region?.reason !== undefined) return `it is ${region.state}: ${region.reason}`;
  if (!wish.isGranted(after)) return 'it still does not get all that it asks for';
  return takesFromNobody(system, after) ? 'it lies on something else' : 'another region loses its memory';
}
