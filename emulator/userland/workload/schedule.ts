import { type PickOrder, RunQueue } from '../../linux/syscalls.ts';

export { roundRobin, shuffled } from '../../linux/syscalls.ts';

/** Somebody who works in turns: a process of a workload, or a program module. */
export interface Actor {
  readonly isDone: boolean;
  /** False while it waits for another. */
  readonly isReady: boolean;
  /** Does the next piece of work; a promise where that takes the host's time. */
  turn(): void | Promise<void>;
}

/** Picks one of `count` who wait in line; 0 is the one who has waited longest. */
export type TurnOrder = PickOrder;

/** What somebody who lets actors take turns is told, and asked. */
export interface TurnEvents<Member> {
  beforeTurn(actor: Member): void;
  afterTurn(): void;
  /** Everybody waits: lets time pass. False where that changes nothing. */
  idle(waiting: readonly Member[]): boolean;
}

/** Those who take turns, as a line: who had a turn goes to its end, as do those who join. */
export class TurnLine<Member extends Actor> {
  readonly #queue: RunQueue<Member>;

  constructor(order: TurnOrder) {
    this.#queue = new RunQueue(order);
  }

  join(actor: Member): void {
    this.#queue.enqueue(actor);
  }

  /** Runs until everybody is done; those who are left wait for one another, or for nothing that will ever happen. */
  async run(events: TurnEvents<Member>): Promise<readonly Member[]> {
    while (!this.#queue.isEmpty) {
      const actor = this.#queue.pick();
      if (actor === undefined) {
        if (events.idle(this.#queue.members)) continue;
        return this.#queue.members;
      }
      events.beforeTurn(actor);
      const turn = actor.turn();
      if (turn !== undefined) await turn;
      events.afterTurn();
      if (!actor.isDone) this.#queue.enqueue(actor);
    }
    return [];
  }
}
