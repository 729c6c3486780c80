import { seededNumbers } from '../../base/random.ts';

/** Somebody who works in turns: a process of a workload, or a program module. */
export interface Actor {
  readonly isDone: boolean;
  /** False while it waits for another. */
  readonly isReady: boolean;
  /** Does the next piece of work; a promise where that takes the host's time. */
  turn(): void | Promise<void>;
}

/** Picks one of `count` who wait in line; 0 is the one who has waited longest. */
export type TurnOrder = (count: number) => number;

/** One after the other, in the order in which they began. */
export const roundRobin: TurnOrder = () => 0;

/** At random, but the same for the same seed. */
export function shuffled(seed: number): TurnOrder {
  const next = seededNumbers(seed);
  return (count) => next() % count;
}

/** Those who take turns, as a line: who had a turn goes to its end, as do those who join. */
export class TurnLine<Member extends Actor> {
  readonly #line: Member[] = [];
  readonly #order: TurnOrder;

  constructor(order: TurnOrder) {
    this.#order = order;
  }

  join(actor: Member): void {
    this.#line.push(actor);
  }

  /** Runs until everybody is done. False where all that are left wait for one another. */
  async run(beforeTurn: (actor: Member) => void, afterTurn: () => void): Promise<boolean> {
    while (this.#line.length > 0) {
      const ready = this.#line.filter((actor) => actor.isReady);
      const actor = ready[this.#order(Math.max(1, ready.length))];
      if (actor === undefined) return false;
      this.#line.splice(this.#line.indexOf(actor), 1);
      beforeTurn(actor);
      const turn = actor.turn();
      if (turn !== undefined) await turn;
      afterTurn();
      if (!actor.isDone) this.#line.push(actor);
    }
    return true;
  }
}
