import { CallWaits, ProcessEnded, WaitsForever } from '../errors.ts';
import type { Process } from '../process.ts';
import type { WriteContext } from './argument-kinds.ts';
import { type CallEvent, isCall, type ProcessEvent, type TraceEvent } from './event.ts';
import { knownIoctls } from './ioctls.ts';
import { type Holdings, isBeyondTrace } from './set-aside.ts';
import { signatureOf } from './signatures.ts';
import { isRecord, numberOf, type TraceValue } from './value.ts';

/** What a replay works on. */
export interface ReplayHost {
  /** Starts a process; its calls must be traced. */
  spawn(event: ProcessEvent): Process;
  /** The process or thread that a call of `parent` has just made. */
  adopt(parent: Process, pid: number): Process | undefined;
  /** The last event that tracing told of a call. */
  lastCall(): CallEvent | undefined;
}

/** One call of the trace, and what became of it here. */
export interface Replayed {
  /** The place in the trace, from 0. */
  readonly index: number;
  readonly recorded: CallEvent;
  /** undefined where the call could not be made: its process is not there. */
  readonly seen: CallEvent | undefined;
}

/** A process of the trace, and what its numbers are called here. */
interface Actor {
  readonly process: Process;
  readonly fds: Map<number, number>;
  /** Descriptors of the trace that its calls made. */
  readonly made: Set<number>;
  /** Mappings of the trace: start, length, and where they begin here. */
  readonly mappings: { start: bigint; length: bigint; here: bigint }[];
}

const decimalLimit = 2n ** 47n;

/** Makes the calls of a trace again, in their order, each with the numbers that things have here. */
export class Replay {
  readonly #host: ReplayHost;
  readonly #actors = new Map<number, Actor>();
  readonly #pending: { readonly actor: Actor; readonly index: number; readonly event: CallEvent }[] = [];
  readonly #done: Replayed[] = [];
  #setAside = 0;

  constructor(host: ReplayHost) {
    this.#host = host;
  }

  /** How many calls the trace does not tell enough of to make them again. */
  get setAside(): number {
    return this.#setAside;
  }

  run(events: readonly TraceEvent[]): readonly Replayed[] {
    for (const [index, event] of events.entries()) {
      if ('process' in event) this.#start(event);
      else if (isCall(event)) this.#replay(event, index);
      this.#retry(false);
    }
    this.#retry(true);
    return this.#done.toSorted((a, b) => a.index - b.index);
  }

  #start(event: ProcessEvent): void {
    const process = this.#host.spawn(event);
    this.#actors.set(event.process, {
      process,
      fds: new Map([0, 1, 2].map((fd) => [fd, fd])),
      made: new Set(),
      mappings: [],
    });
  }

  #replay(event: CallEvent, index: number): void {
    const actor = this.#actors.get(event.pid);
    if (isBeyondTrace(event, holdingsOf(actor))) {
      this.#setAside += 1;
      return;
    }
    if (actor === undefined || !actor.process.isAlive) {
      this.#done.push({ index, recorded: event, seen: undefined });
      return;
    }
    this.#attempt(actor, event, index, false);
  }

  /** Makes a call; one that waits is made again later, unless it must end now. */
  #attempt(actor: Actor, event: CallEvent, index: number, mustEnd: boolean): void {
    const { process } = actor;
    const act = () => this.#call(actor, event);
    try {
      if (mustEnd) act();
      else process.withWaitsElsewhere(act);
    } catch (error) {
      if (error instanceof CallWaits) {
        this.#pending.push({ actor, index, event });
        return;
      }
      if (!(error instanceof ProcessEnded) && !(error instanceof WaitsForever)) throw error;
      const ended = error instanceof ProcessEnded ? this.#host.lastCall() : undefined;
      this.#done.push({
        index,
        recorded: event,
        seen: ended ?? { pid: event.pid, call: event.call, args: event.args },
      });
      return;
    }
    const seen = this.#host.lastCall();
    if (seen !== undefined) this.#learn(actor, event, seen);
    this.#done.push({ index, recorded: event, seen });
  }

  #call(actor: Actor, event: CallEvent): void {
    const { process } = actor;
    const kinds = signatureOf(event.call).arguments;
    let firstArgument: number | undefined;
    const context = this.#contextFor(actor, event, (bytes) => {
      const address = process.memory.push(bytes);
      firstArgument ??= address;
      return address;
    });
    const registers = event.args.map((value, index) => kinds[index]?.write(value, context) ?? 0);
    try {
      process.trySyscall(event.call, ...registers);
    } finally {
      if (firstArgument !== undefined) process.memory.pop(firstArgument);
    }
  }

  #contextFor({ fds, mappings }: Actor, event: CallEvent, push: WriteContext['push']): WriteContext {
    const live = new Set(fds.values());
    return {
      fd: (recorded) => fds.get(recorded) ?? (live.has(recorded) ? -1 : recorded),
      pid: (recorded) => this.#actors.get(recorded)?.process.pid ?? recorded,
      address: (recorded) => {
        const mapping = mappings.findLast(
          ({ start, length }) => recorded >= start && recorded < start + length,
        );
        const here = mapping === undefined ? recorded : mapping.here + (recorded - mapping.start);
        return here < decimalLimit ? Number(here) : here;
      },
      push,
      argument: (index) => event.args[index],
    };
  }

  /** Remembers what things are called here that the recorded call and this one made. */
  #learn(actor: Actor, recorded: CallEvent, seen: CallEvent): void {
    const [before, now] = [fdsMade(recorded), fdsMade(seen)];
    for (const [index, fd] of before.entries()) {
      const here = now[index];
      actor.made.add(fd);
      if (here !== undefined) actor.fds.set(fd, here);
    }
    const [first] = recorded.args;
    if (recorded.call === 'close' && seen.errno === undefined) actor.fds.delete(Number(numberOf(first)));
    const kind = signatureOf(recorded.call).result;
    const [was, is] = [numberOf(recorded.result), numberOf(seen.result)];
    if (was === undefined || is === undefined || seen.errno !== undefined) return;
    if (kind === 'address') actor.mappings.push({ start: was, length: lengthOf(recorded), here: is });
    if (recorded.call === 'clone') this.#adopt(actor, recorded, Number(was), Number(is));
  }

  #adopt(parent: Actor, recorded: CallEvent, was: number, pid: number): void {
    const process = this.#host.adopt(parent.process, pid);
    if (process === undefined) return;
    const shares = String(recorded.args[0]).includes('CLONE_FILES');
    const fds = shares ? parent.fds : new Map(parent.fds);
    const made = shares ? parent.made : new Set(parent.made);
    this.#actors.set(was, { process, fds, made, mappings: [...parent.mappings] });
  }

  /** Makes calls again that wait no longer; at the end of the trace, time passes for those that still do. */
  #retry(atEnd: boolean): void {
    for (const waiting of this.#pending.splice(0)) {
      const { actor, event, index } = waiting;
      if (actor.process.isWaiting && !atEnd) this.#pending.push(waiting);
      else this.#attempt(actor, event, index, atEnd);
    }
  }
}

/** The first three descriptors were there before the trace, unless a call of it made them. */
function holdingsOf(actor: Actor | undefined): Holdings {
  return {
    made: (fd) => actor?.made.has(fd) ?? false,
    mapped: (address) =>
      actor?.mappings.some(({ start, length }) => address >= start && address < start + length) ?? false,
  };
}

function lengthOf({ call, args }: CallEvent): bigint {
  return numberOf(args[call === 'mremap' ? 2 : 1]) ?? 0n;
}

/** The descriptors that a call made, in a fixed order. */
export function fdsMade(event: CallEvent): readonly number[] {
  if (event.errno !== undefined) return [];
  const made: (TraceValue | undefined)[] = [];
  const { result } = signatureOf(event.call);
  const isDuplicate = event.call === 'fcntl' && String(event.args[1]).startsWith('F_DUPFD');
  const request = event.call === 'ioctl' ? knownIoctls.find(({ name }) => name === event.args[1]) : undefined;
  if (result === 'fd' || isDuplicate || request?.makesFd === true) made.push(event.result);
  const out = event.out?.[event.call === 'ioctl' ? '2' : '0'];
  if (event.call === 'pipe2' && Array.isArray(out)) made.push(...out);
  for (const field of request?.fields ?? []) {
    if (field.isFd === true && field.direction === 'out' && isRecord(out)) made.push(out[field.name]);
  }
  return made.flatMap((value) => {
    const number = numberOf(value);
    return number === undefined ? [] : [Number(number)];
  });
}
