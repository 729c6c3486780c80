import {
  type BackendEvents,
  callsByNumber,
  type NativeBackend,
  type NativeExit,
  type Trap,
} from './backend.ts';
import { seccompActions } from './filter.ts';
import { places } from './host/arena.ts';
import type { Host } from './host/host.ts';
import type { HostRegister } from './host/library.ts';
import { ptraceRequests } from './host/tracee.ts';
import { closeIn, installFilter, type LaunchRequest, launch } from './launch.ts';
import { type TrappedCall, trappedCalls } from './trapped-calls.ts';

/** include/uapi/linux/seccomp.h */
const NOTIF_RECV = 0xc0502100;
const NOTIF_SEND = 0xc0182101;
const NOTIF_ADDFD = 0x40182103;
const NOTIF_SET_FLAGS = 0x40082104;
const newListener = 8;
/** Only a fatal signal interrupts a call that was received (5.19). */
const waitKillable = 32;
const continueCall = 1;
const wakeOnSameCpu = 1;
const notificationBytes = 80;
const O_CLOEXEC = 0o2000000;
const EINVAL = 22;
const WNOHANG = 1;
const waitAll = 0x40000000;
/** How long the next call is waited for before the event loop gets its turn. */
const lingerMs = 5;
/** Traps that are handled between two turns of the event loop. */
const trapsPerTurn = 256;

/** A trap of this form. */
class Notification implements Trap {
  readonly tid: number;
  readonly call: TrappedCall;
  readonly values: readonly HostRegister[];
  readonly id: bigint;
  isAnswered = false;

  constructor(tid: number, call: TrappedCall, values: readonly HostRegister[], id: bigint) {
    this.tid = tid;
    this.call = call;
    this.values = values;
    this.id = id;
  }
}

function waiting(trap: Trap): Notification {
  if (trap instanceof Notification && !trap.isAnswered) return trap;
  throw new Error('a trap was answered already');
}

/** The number by which a trap is answered, once. */
function take(trap: Trap): bigint {
  const notification = waiting(trap);
  notification.isAnswered = true;
  return notification.id;
}

/**
 * Supervision by seccomp user notification: the kernel hands trapped calls to whoever holds the listener. The tracer
 * that installs the filter leaves before the program starts, so that debuggers may attach.
 */
export class NotifyBackend implements NativeBackend {
  readonly name = 'notify';
  readonly reopens = false;
  readonly pid: number;
  readonly #host: Host;
  readonly #listener: number;
  readonly #calls: ReturnType<typeof callsByNumber>;

  private constructor(host: Host, pid: number, listener: number) {
    this.#host = host;
    this.pid = pid;
    this.#listener = listener;
    this.#calls = callsByNumber(host.architecture.trappable, trappedCalls);
  }

  /** Starts a program under this form; undefined where the host cannot do it. */
  static start(host: Host, request: LaunchRequest): NotifyBackend | undefined {
    const launched = launch(host, request);
    const flagSets = [newListener | waitKillable, newListener];
    let theirs = -EINVAL;
    for (const flags of flagSets) {
      theirs = installFilter(host, launched, seccompActions.notify, flags);
      if (theirs >= 0) break;
    }
    const pidFd = theirs < 0 ? -1 : host.call('pidfd_open', launched.pid, 0);
    const listener = pidFd < 0 ? -1 : host.call('pidfd_getfd', pidFd, theirs, 0);
    if (pidFd >= 0) host.close(pidFd);
    if (listener < 0) {
      host.kill(launched.pid, 9);
      host.wait(launched.pid, waitAll);
      return undefined;
    }
    host.call('ioctl', listener, NOTIF_SET_FLAGS, wakeOnSameCpu);
    closeIn(host, launched, theirs);
    launched.tracee.request(ptraceRequests.detach);
    return new NotifyBackend(host, launched.pid, listener);
  }

  async run(releases: number, events: BackendEvents): Promise<NativeExit> {
    const host = this.#host;
    const program = host.call('pidfd_open', this.pid, 0);
    // What was closed wakes nobody while calls come in: those to whom it matters look for it.
    const busy = watchSet(host, [this.#listener, program]);
    const idle = watchSet(host, [busy, releases]);
    try {
      for (let handled = 0; ; ) {
        const ready = host.readable(busy, lingerMs);
        if (ready.includes(this.#listener)) {
          this.#receive(events);
          handled += 1;
        }
        const ended = ready.includes(program) || handled === 0 ? this.#reap() : undefined;
        if (ended !== undefined) return { word: ended };
        if (ready.length > 0 && handled < trapsPerTurn) continue;
        handled = 0;
        events.released();
        events.idle();
        if (ready.length === 0) await this.#readable(idle);
        else await turn();
      }
    } finally {
      for (const fd of [idle, busy, program]) host.close(fd);
    }
  }

  /** Takes away what has ended; the status word of the first program where it has. */
  #reap(): number | undefined {
    let word: number | undefined;
    for (let ended = this.#next(); ended !== undefined; ended = this.#next()) {
      if (ended.pid === this.pid) word = ended.word;
    }
    return word;
  }

  #next() {
    return this.#host.wait(-1, WNOHANG | waitAll);
  }

  /** Lets the event loop run until something is there. */
  #readable(fd: number): Promise<void> {
    return new Promise((resolve) => {
      this.#host.library.whenReadable(fd, resolve);
    });
  }

  #receive(events: BackendEvents): void {
    const { arena } = this.#host;
    const at = places.notification;
    arena.bytes.fill(0, at, at + notificationBytes);
    if (this.#host.call('ioctl', this.#listener, NOTIF_RECV, arena.at(at)) < 0) return;
    const id = arena.view.getBigUint64(at, true);
    const call = this.#calls.get(arena.view.getInt32(at + 16, true));
    if (call === undefined) {
      this.#send(id, 0, 0, continueCall);
      return;
    }
    const tid = arena.view.getUint32(at + 8, true);
    events.trapped(new Notification(tid, call, arena.registers(at + 32), id));
  }

  answer(trap: Trap, result: number): void {
    this.#send(take(trap), Math.max(0, result), Math.min(0, result), 0);
  }

  proceed(trap: Trap): void {
    this.#send(take(trap), 0, 0, continueCall);
  }

  /** A program that was killed meanwhile takes no answer. */
  #send(id: bigint, value: number, error: number, flags: number): void {
    const { arena } = this.#host;
    const at = places.response;
    arena.view.setBigUint64(at, id, true);
    arena.setRegister(at + 8, value);
    arena.view.setInt32(at + 16, error, true);
    arena.view.setUint32(at + 20, flags, true);
    this.#host.call('ioctl', this.#listener, NOTIF_SEND, arena.at(at));
  }

  install(trap: Trap, fd: number, _flags: number, closeOnExec: boolean): number {
    const { arena } = this.#host;
    const at = places.addFd;
    arena.view.setBigUint64(at, waiting(trap).id, true);
    arena.view.setUint32(at + 8, 0, true);
    arena.view.setUint32(at + 12, fd, true);
    arena.view.setUint32(at + 16, 0, true);
    arena.view.setUint32(at + 20, closeOnExec ? O_CLOEXEC : 0, true);
    return this.#host.call('ioctl', this.#listener, NOTIF_ADDFD, arena.at(at));
  }

  end(): void {
    this.#host.close(this.#listener);
  }
}

function watchSet(host: Host, descriptors: readonly number[]): number {
  const epoll = host.call('epoll_create1', O_CLOEXEC);
  for (const fd of descriptors) host.watchReadable(epoll, fd);
  return epoll;
}

function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
