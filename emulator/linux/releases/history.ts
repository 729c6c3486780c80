import type { Evidence } from '../../base/decisions.ts';

/** One change of a behaviour: from which release on it has which value, and how that is known. */
export interface Change<Value> {
  /** The first series that has it, `5.6`; a series between two modelled ones is fine. */
  readonly since: string;
  readonly value: Value;
  readonly evidence: Evidence;
  /** Earlier series whose later stable releases have it too. */
  readonly backports?: readonly string[];
  /** What it means, as half a sentence after the release's name: "names the heap after its area". */
  readonly says: string;
}

/** The history of each behaviour of a room, oldest change first; the first one holds from the beginning. */
export type History<Behaviours> = {
  readonly [Name in keyof Behaviours]: readonly [Change<Behaviours[Name]>, ...Change<Behaviours[Name]>[]];
};
