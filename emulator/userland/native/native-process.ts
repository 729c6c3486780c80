import { readdirSync, readFileSync } from 'node:fs';
import type { Identity } from '../workload/host.ts';
import type { BoardProcess, BoardProcesses } from './board-process.ts';

/** A process of the host under supervision. */
export class NativeProcess {
  readonly pid: number;
  /** When it was started, in the host's ticks: tells it from a later one of the same number. */
  readonly startTime: string;
  board: BoardProcess;
  #program: string | undefined;
  buffers = 0;
  allocatedBytes = 0;
  /** Its exit has begun. */
  exiting = false;

  constructor(pid: number, startTime: string, board: BoardProcess) {
    this.pid = pid;
    this.startTime = startTime;
    this.board = board;
  }

  /** The program that it runs, by its short name. */
  get program(): string {
    this.#program ??= readProc(`${this.pid}/comm`)?.trim() ?? '?';
    return this.#program;
  }

  /** It runs another program from here on. */
  forgetProgram(): void {
    this.#program = undefined;
  }
}

function readProc(path: string): string | undefined {
  try {
    return readFileSync(`/proc/${path}`, 'utf8');
  } catch {
    return undefined;
  }
}

/** The numbers of a process's threads. */
function threadsOf(pid: number): readonly string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
}

/** PF_EXITING: the process is on its way out, whatever its state says. */
const exitingFlag = 4;

/** State, flags and start time of a process or thread, as /proc/PID/stat has them. */
function statOf(
  pid: number | string,
): { readonly state: string; readonly flags: number; readonly startTime: string } | undefined {
  const text = readProc(`${pid}/stat`);
  const fields = text?.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state, flags, startTime] = [fields?.[0], fields?.[6], fields?.[19]];
  if (state === undefined || startTime === undefined) return undefined;
  return { state, flags: Number(flags), startTime };
}

/** How many processes there may be before those that have ended are looked for. */
const sweepFrom = 64;

/** The supervised processes, each with its counterpart on the board. */
export class NativeProcesses {
  readonly #boards: BoardProcesses;
  readonly #identity: Identity;
  /** The user whom the declared identity stands for. */
  readonly #hostUid: number;
  readonly #byPid = new Map<number, NativeProcess>();
  readonly #byThread = new Map<number, NativeProcess>();
  readonly #allocators: NativeProcess[] = [];
  #sweepAt = sweepFrom;

  constructor(boards: BoardProcesses, identity: Identity, hostUid: number) {
    this.#boards = boards;
    this.#identity = identity;
    this.#hostUid = hostUid;
  }

  get all(): readonly NativeProcess[] {
    return [...this.#byPid.values()];
  }

  /** Those that allocated anything, ended ones included. */
  get allocators(): readonly NativeProcess[] {
    return this.#allocators;
  }

  /** The process of a thread; undefined where it has just ended. */
  ofThread(tid: number): NativeProcess | undefined {
    const known = this.#byThread.get(tid);
    if (known !== undefined) return known;
    const status = readProc(`${tid}/status`);
    const pid = Number(/^Tgid:\t(\d+)/m.exec(status ?? '')?.[1] ?? Number.NaN);
    if (status === undefined || Number.isNaN(pid)) return undefined;
    const process = this.#byPid.get(pid) ?? this.#add(pid);
    if (process !== undefined) this.#byThread.set(tid, process);
    return process;
  }

  #add(pid: number): NativeProcess | undefined {
    if (this.#byPid.size >= this.#sweepAt) {
      this.sweep();
      this.#sweepAt = Math.max(sweepFrom, this.#byPid.size * 2);
    }
    const stat = statOf(pid);
    if (stat === undefined) return undefined;
    const process = new NativeProcess(pid, stat.startTime, this.#boards.make(this.#identity));
    this.#byPid.set(pid, process);
    return process;
  }

  /** Its counterpart on the board, as the user that the process is by now. */
  boardOf(process: NativeProcess): BoardProcess {
    const status = readProc(`${process.pid}/status`) ?? '';
    const ids = (name: string) =>
      new RegExp(`^${name}:(.*)`, 'm').exec(status)?.[1]?.trim().split(/\s+/).map(Number) ?? [];
    const uid = ids('Uid')[1] ?? this.#hostUid;
    const wanted =
      uid === this.#hostUid
        ? this.#identity
        : { uid, gid: ids('Gid')[1] ?? uid, groups: ids('Groups').filter((group) => group > 0) };
    const { identity } = process.board;
    if (JSON.stringify(identity) !== JSON.stringify(wanted)) {
      this.#boards.end(process.board);
      process.board = this.#boards.make(wanted);
    }
    return process.board;
  }

  /** Gives a process another counterpart, in place of one that sleeps. */
  detachBoard(process: NativeProcess): void {
    process.board = this.#boards.make(process.board.identity);
  }

  endBoard(board: BoardProcess): void {
    this.#boards.end(board);
  }

  allocated(process: NativeProcess, sizeBytes: number): void {
    if (process.buffers === 0) this.#allocators.push(process);
    process.buffers += 1;
    process.allocatedBytes += sizeBytes;
    // The name is wanted when the process may be gone.
    void process.program;
  }

  /** Whether a process has let go of everything it held. */
  hasEnded(process: NativeProcess): boolean {
    const stat = statOf(process.pid);
    return stat === undefined || stat.startTime !== process.startTime || 'ZX'.includes(stat.state);
  }

  /** Whether a process has ended or is about to: its descriptors may be closed and nobody told yet. */
  isEnding(process: NativeProcess): boolean {
    return this.hasEnded(process) || ((statOf(process.pid)?.flags ?? 0) & exitingFlag) !== 0;
  }

  /** Whether threads besides this one still run in a process. */
  hasOtherThreads(process: NativeProcess, tid: number): boolean {
    const others = threadsOf(process.pid).filter((other) => other !== `${tid}`);
    return others.some((other) => !'ZX'.includes(statOf(`${process.pid}/task/${other}`)?.state ?? 'X'));
  }

  /** Forgets those that have ended. */
  sweep(): void {
    for (const process of this.#byPid.values()) if (this.hasEnded(process)) this.remove(process);
    for (const [tid, process] of this.#byThread) {
      if (!this.#byPid.has(process.pid) || statOf(tid) === undefined) this.#byThread.delete(tid);
    }
  }

  remove(process: NativeProcess): void {
    if (this.#byPid.get(process.pid) === process) this.#byPid.delete(process.pid);
    this.#byThread.delete(process.pid);
    this.#boards.end(process.board);
  }
}
