import { readdirSync, readFileSync } from 'node:fs';
import type { NativeProcess, NativeProcesses } from './native-process.ts';
import type { StandIn } from './stand-in.ts';
import type { StandIns } from './stand-ins.ts';

/** A buffer whose last holder vanished with its process instead of letting it go. */
export interface NativeLeak {
  readonly pid: number;
  readonly program: string;
  /** Its descriptor at the end; null where only a mapping was left, or the process was killed. */
  readonly fd: number | null;
  readonly mapped: boolean;
  readonly heap: string;
  readonly sizeBytes: number;
}

interface Held {
  readonly process: NativeProcess;
  readonly fd: number | null;
  readonly mapped: boolean;
}

/** Who holds which buffer, as far as it must be known to tell a leak from a release. */
export class Holdings {
  readonly #standIns: StandIns;
  readonly #processes: NativeProcesses;
  readonly leaks: NativeLeak[] = [];
  /** Processes that have had a buffer in their hands. */
  readonly #holders = new Map<StandIn, Set<NativeProcess>>();
  /** What processes held when their exit began. */
  readonly #atExit = new Map<StandIn, Held>();
  readonly #exiting = new Set<NativeProcess>();
  /** Buffers that are gone, by those who held them: let go, or left behind by a process that was killed. */
  readonly #undecided = new Map<NativeProcess, StandIn[]>();

  constructor(standIns: StandIns, processes: NativeProcesses) {
    this.#standIns = standIns;
    this.#processes = processes;
  }

  get isUnsettled(): boolean {
    return this.#exiting.size > 0 || this.#undecided.size > 0;
  }

  /** A process got a buffer, or does something with it. */
  holds(process: NativeProcess, standIn: StandIn): void {
    const holders = this.#holders.get(standIn) ?? new Set();
    if (holders.has(process)) return;
    // The name is wanted when the process may be gone.
    void process.program;
    this.#holders.set(standIn, holders.add(process));
  }

  /** How many descriptors and mappings of supervised processes lead to a buffer. */
  references(standIn: StandIn): number {
    let count = 0;
    for (const { pid } of this.#processes.all) {
      for (const [held] of descriptorsOf(pid, this.#standIns)) if (held === standIn) count += 1;
      for (const held of mappingsOf(pid, this.#standIns)) if (held === standIn) count += 1;
    }
    return count;
  }

  /** What descriptors and mappings of supervised processes lead to. */
  heldNow(): ReadonlySet<StandIn> {
    const held = new Set<StandIn>();
    for (const { pid } of this.#processes.all) {
      for (const [standIn] of descriptorsOf(pid, this.#standIns)) held.add(standIn);
      for (const standIn of mappingsOf(pid, this.#standIns)) held.add(standIn);
    }
    return held;
  }

  /** A process begins to end: what it holds now vanishes with it. */
  exits(process: NativeProcess): void {
    process.exiting = true;
    void process.program;
    this.#exiting.add(process);
    if (this.#holders.size === 0) return;
    this.#standIns.drain();
    for (const [standIn, fd] of descriptorsOf(process.pid, this.#standIns)) {
      if (standIn.kind !== 'buffer' || this.#isHeldBeside(process, standIn)) continue;
      this.#atExit.set(standIn, { process, fd, mapped: false });
    }
    for (const standIn of mappingsOf(process.pid, this.#standIns)) {
      if (this.#isHeldBeside(process, standIn)) continue;
      const known = this.#atExit.get(standIn);
      const fd = known?.process === process ? known.fd : null;
      this.#atExit.set(standIn, { process, fd, mapped: true });
    }
  }

  /** Whether another process has a buffer too: what becomes of it is that one's affair. */
  #isHeldBeside(process: NativeProcess, standIn: StandIn): boolean {
    for (const other of this.#holders.get(standIn) ?? []) {
      if (other === process || other.exiting || this.#processes.isEnding(other)) continue;
      for (const [held] of descriptorsOf(other.pid, this.#standIns)) if (held === standIn) return true;
      for (const held of mappingsOf(other.pid, this.#standIns)) if (held === standIn) return true;
    }
    return false;
  }

  /** The last reference to a buffer is gone. */
  released(standIn: StandIn): void {
    const holders = this.#holders.get(standIn);
    this.#holders.delete(standIn);
    const held = this.#atExit.get(standIn);
    this.#atExit.delete(standIn);
    if (held !== undefined) this.#leak(standIn, held);
    else {
      for (const process of holders ?? []) {
        if (process.exiting) continue;
        const undecided = this.#undecided.get(process);
        if (undecided === undefined) this.#undecided.set(process, [standIn]);
        else undecided.push(standIn);
      }
    }
  }

  #leak({ label: heap, sizeBytes }: StandIn, { process: { pid, program }, fd, mapped }: Held): void {
    this.leaks.push({ pid, program, fd, mapped, heap, sizeBytes });
  }

  /** A process goes on: what it held and is gone, it has let go. */
  goesOn(process: NativeProcess): void {
    if (this.#undecided.size > 0) this.#undecided.delete(process);
  }

  /** Of a process that a signal ended nobody knows what it held at last; that it is gone as well says enough. */
  #decide(): void {
    const decided = new Set<StandIn>();
    for (const [process, standIns] of this.#undecided) {
      if (!this.#processes.isEnding(process)) continue;
      for (const standIn of standIns) {
        if (!decided.has(standIn)) this.#leak(standIn, { process, fd: null, mapped: false });
        decided.add(standIn);
      }
    }
    this.#undecided.clear();
  }

  /** Looks which ends have come; what such a process held and is still there, others hold. */
  settle(): void {
    if (this.#undecided.size > 0) this.#decide();
    const ended = [...this.#exiting].filter((process) => this.#processes.hasEnded(process));
    if (ended.length === 0) return;
    this.#standIns.drain();
    for (const process of ended) {
      this.#exiting.delete(process);
      this.#processes.remove(process);
    }
    for (const [standIn, { process }] of this.#atExit) {
      if (ended.includes(process)) this.#atExit.delete(standIn);
    }
  }
}

function* descriptorsOf(pid: number, standIns: StandIns): IterableIterator<readonly [StandIn, number]> {
  let numbers: readonly string[] = [];
  try {
    numbers = readdirSync(`/proc/${pid}/fd`);
  } catch {
    return;
  }
  for (const number of numbers) {
    const standIn = standIns.at(pid, Number(number));
    if (standIn !== undefined) yield [standIn, Number(number)];
  }
}

function* mappingsOf(pid: number, standIns: StandIns): IterableIterator<StandIn> {
  let maps = '';
  try {
    maps = readFileSync(`/proc/${pid}/maps`, 'utf8');
  } catch {
    return;
  }
  for (const [, link] of maps.matchAll(/(\/memfd:.*)$/gm)) {
    const standIn = link === undefined ? undefined : standIns.named(link);
    if (standIn?.kind === 'buffer') yield standIn;
  }
}
