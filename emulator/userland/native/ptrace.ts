import {
  type BackendEvents,
  callsByNumber,
  type NativeBackend,
  type NativeExit,
  type Trap,
} from './backend.ts';
import { seccompActions } from './filter.ts';
import { places } from './host/arena.ts';
import type { Host, WaitResult } from './host/host.ts';
import type { HostRegister } from './host/library.ts';
import { eachTick } from './host/ticks.ts';
import { decodeStop, ptraceEvents, ptraceOptions, ptraceRequests, type Stop, Tracee } from './host/tracee.ts';
import { installFilter, type LaunchRequest, launch } from './launch.ts';
import { trappedCalls } from './trapped-calls.ts';

const options =
  ptraceOptions.markCalls |
  ptraceOptions.fork |
  ptraceOptions.vfork |
  ptraceOptions.clone |
  ptraceOptions.exec |
  ptraceOptions.seccomp |
  ptraceOptions.dieWithTracer;
const callInfoBytes = 88;
const waitAll = 0x40000000;
const O_CLOEXEC = 0o2000000;
const AT_FDCWD = -100;
const PROT_READ_WRITE = 3;
const MAP_PRIVATE_ANONYMOUS = 0x22;
const pageBytes = 4096;
const stoppingSignals: ReadonlySet<number> = new Set([19, 20, 21, 22]);
/** Stops that are handled between two turns of the event loop. */
const stopsPerTurn = 256;

/** A thread in a trapped call. */
interface Stopped {
  readonly tracee: Tracee;
  readonly number: number;
  /** As they were when the call began; undefined until somebody needs them. */
  registers: Uint8Array | undefined;
  /** It ended in the call, or another thread became a program and has its number now. */
  gone: boolean;
}

/**
 * Supervision by ptrace: every thread stops at trapped calls, and the supervisor makes changes to its registers. Slower
 * than notification, and no debugger can attach; for hosts that have no notification.
 */
export class PtraceBackend implements NativeBackend {
  readonly name = 'ptrace';
  readonly reopens = true;
  readonly pid: number;
  readonly #host: Host;
  readonly #calls: ReturnType<typeof callsByNumber>;
  readonly #waiting = new Map<Trap, Stopped>();
  /** A page in each process, for what a call of ours needs in its memory. */
  readonly #pages = new Map<number, number>();
  /** What came while a thread made a call of ours, in order. */
  readonly #others: WaitResult[] = [];

  private constructor(host: Host, pid: number) {
    this.#host = host;
    this.pid = pid;
    this.#calls = callsByNumber(host.architecture.trappable, trappedCalls);
  }

  /** Starts a program under this form; undefined where the host cannot do it. */
  static start(host: Host, request: LaunchRequest): PtraceBackend | undefined {
    const launched = launch(host, request);
    if (installFilter(host, launched, seccompActions.trace, 0) !== 0) {
      host.kill(launched.pid, 9);
      host.wait(launched.pid, waitAll);
      return undefined;
    }
    launched.tracee.request(ptraceRequests.setOptions, 0, options);
    launched.tracee.run();
    return new PtraceBackend(host, launched.pid);
  }

  async run(_releases: number, events: BackendEvents): Promise<NativeExit> {
    const stopTicks = eachTick(this.#host);
    try {
      for (let handled = 0; ; handled += 1) {
        const ended = this.#others.shift() ?? this.#host.waitOnce(-1, waitAll);
        if (ended === 'nobody') throw new Error('the program is gone');
        if (ended === 'interrupted' || handled % stopsPerTurn === 0) {
          events.released();
          events.idle();
          await turn();
        }
        if (ended === 'interrupted') continue;
        const stop = decodeStop(ended.word);
        if (stop !== undefined) this.#stopped(ended.pid, stop, events);
        else this.#pages.delete(ended.pid);
        if (stop === undefined && ended.pid === this.pid) return { word: ended.word };
      }
    } finally {
      stopTicks();
    }
  }

  #stopped(tid: number, stop: Stop, events: BackendEvents): void {
    const tracee = new Tracee(this.#host, tid, (one) => this.#waitFor(one));
    switch (stop.event) {
      case ptraceEvents.seccomp:
        this.#trapped(tracee, events);
        break;
      case ptraceEvents.stop:
        if (stoppingSignals.has(stop.signal)) tracee.request(ptraceRequests.listen);
        else tracee.run();
        break;
      case ptraceEvents.exec:
        this.#pages.delete(tid);
        for (const stopped of this.#waiting.values()) if (stopped.tracee.tid === tid) stopped.gone = true;
        tracee.run();
        break;
      case 0:
        tracee.run(stop.isCall ? 0 : stop.signal);
        break;
      default:
        tracee.run();
    }
  }

  /**
   * Waits for one thread, and keeps what comes of others: where one becomes a program, its process's other threads end,
   * and it waits until all of their ends were fetched.
   */
  #waitFor(tid: number): Stop | undefined {
    for (;;) {
      const ended = this.#host.wait(-1, waitAll);
      if (ended === undefined) return undefined;
      const stop = decodeStop(ended.word);
      if (ended.pid === tid && stop?.event !== ptraceEvents.exec) {
        if (stop === undefined) this.#others.push(ended);
        return stop;
      }
      this.#others.push(ended);
      // Another thread has taken over the number.
      if (ended.pid === tid) return undefined;
    }
  }

  #trapped(tracee: Tracee, events: BackendEvents): void {
    const { arena } = this.#host;
    const at = places.callInfo;
    tracee.request(ptraceRequests.getCallInfo, callInfoBytes, arena.at(at));
    const number = Number(arena.register(at + 24));
    const call = this.#calls.get(number);
    const values = arena.registers(at + 32);
    if (call === undefined) {
      tracee.run();
      return;
    }
    const trap = { tid: tracee.tid, call, values };
    this.#waiting.set(trap, { tracee, number, registers: undefined, gone: false });
    events.trapped(trap);
  }

  answer(trap: Trap, result: number): void {
    const stopped = this.#take(trap);
    const { tracee } = stopped;
    if (stopped.gone) return;
    tracee.answerCall(stopped.registers ?? tracee.registers(), result);
    tracee.run();
    for (const signal of tracee.deferredSignals) this.#host.call('tkill', tracee.tid, signal);
  }

  proceed(trap: Trap): void {
    const { tracee, gone } = this.#take(trap);
    if (!gone) tracee.run();
  }

  #take(trap: Trap): Stopped {
    const stopped = this.#waiting.get(trap);
    if (stopped === undefined) throw new Error('a trap was answered twice');
    this.#waiting.delete(trap);
    return stopped;
  }

  /** Has the program open our descriptor by its name in /proc: it gets an open file of its own. */
  install(trap: Trap, fd: number, flags: number, closeOnExec: boolean): number {
    const stopped = this.#waiting.get(trap);
    if (stopped === undefined) throw new Error('a trap was answered already');
    const { numbers } = this.#host.architecture;
    const page = this.#pageOf(stopped);
    const path = Buffer.from(`/proc/${process.pid}/fd/${fd}\0`);
    if (page === undefined || !this.#host.poke(trap.tid, page, path)) return -ENOMEM;
    const values = [AT_FDCWD, page, flags | (closeOnExec ? O_CLOEXEC : 0), 0];
    return this.#perform(stopped, numbers.openat, values) ?? -ENOMEM;
  }

  /** A page of the process for our own use. */
  #pageOf(stopped: Stopped): number | undefined {
    const { tid } = stopped.tracee;
    const known = this.#pages.get(tid);
    if (known !== undefined) return known;
    const { numbers } = this.#host.architecture;
    const values = [0, pageBytes, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS, -1, 0];
    const page = this.#perform(stopped, numbers.mmap, values);
    if (page === undefined || page < 0) return undefined;
    this.#pages.set(tid, page);
    return page;
  }

  /** Has the program make a call of ours before its own is answered. */
  #perform(stopped: Stopped, number: number, values: readonly HostRegister[]): number | undefined {
    const { tracee } = stopped;
    if (stopped.gone) return undefined;
    const isFirst = stopped.registers === undefined;
    stopped.registers ??= tracee.registers();
    const begun = isFirst || tracee.beginAnew(stopped.registers, stopped.number);
    const result = begun ? tracee.runInstead(stopped.registers, number, values) : undefined;
    stopped.gone = result === undefined;
    return result;
  }

  end(): void {}
}

const ENOMEM = 12;

function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
