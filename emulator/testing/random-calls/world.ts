import type { Kernel } from '../../linux/init/kernel.ts';
import { endTask } from '../../linux/kernel/exit.ts';
import type { Task } from '../../linux/kernel/task.ts';
import {
  blocked,
  spawn,
  systemCall,
  systemCallNamed,
  systemCalls,
  waitForWake,
} from '../../linux/syscalls.ts';
import { errnoName } from '../../linux/uapi/errno.ts';
import type { Register } from '../../linux/uapi/registers.ts';

/** User memory of every process: arguments lie at its start, paths in its last part. */
export const arena = 0x10_0000;
export const arenaBytes = 0x1_0000;
const pathsAt = arena + 0x8000;
const pathRoom = 64;

/** What the processes open. */
export const paths = [
  '/dev/dma_heap/system',
  '/dev/dma_heap/linux,cma',
  '/dev/dri/card0',
  '/dev/udmabuf',
  '/sys/kernel/debug/sync/sw_sync',
  '/sys/kernel/debug/dma_buf/bufinfo',
  '/proc/self/maps',
  '/proc/self/smaps',
  '/proc/self/pagemap',
  '/proc/self/fd',
  '/proc/meminfo',
  '/proc/buddyinfo',
  '/dev/null',
  '/dev/zero',
  '/dev/nothing',
] as const;

/** A call that went to sleep, to be made again. */
interface Pending {
  readonly number: number;
  readonly registers: readonly Register[];
}

interface Seat {
  task: Task;
  pending: Pending | undefined;
}

const utf8 = new TextEncoder();
const blockedTries = 4;

/** One to four processes at work on a kernel, each with a call at most that sleeps. Nothing but calls changes anything. */
export class World {
  readonly kernel: Kernel;
  readonly #seats: Seat[];
  /** What every call answered, in order. */
  readonly answers: (number | bigint)[] = [];

  constructor(kernel: Kernel, processes: number) {
    this.kernel = kernel;
    this.#seats = Array.from({ length: processes }, () => ({ task: this.#spawn(), pending: undefined }));
  }

  /** Calls that were made. */
  get callCount(): number {
    return this.answers.length;
  }

  get processes(): number {
    return this.#seats.length;
  }

  /** The process of a seat, which may be dead. */
  taskAt(seat: number): Task | undefined {
    return this.#seats[seat % this.#seats.length]?.task;
  }

  /** Gives a seat to another process; the one that had it ends. */
  seatTask(index: number, task: Task): void {
    const seat = this.#seats[index % this.#seats.length];
    if (seat === undefined || seat.task === task) return;
    this.#end(seat);
    seat.task = task;
  }

  /**
   * Lets a seat's process do something: it finishes the call that it sleeps in, or makes new ones. Dead processes are
   * replaced, those that nothing will wake are ended.
   */
  turn(index: number, act: (task: Task, seat: number) => void): void {
    const number = index % this.#seats.length;
    const seat = this.#seats[number];
    if (seat === undefined) return;
    if (!seat.task.isAlive) {
      seat.pending = undefined;
      seat.task = this.#spawn();
    }
    if (seat.pending === undefined) act(seat.task, number);
    else this.#resume(seat, seat.pending);
  }

  #resume(seat: Seat, pending: Pending): void {
    if (seat.task.state === 'blocked' && !waitForWake(this.kernel, seat.task)) {
      this.#end(seat);
      return;
    }
    seat.pending = undefined;
    if (seat.task.isAlive) this.#enter(seat.task, pending.number, pending.registers);
  }

  #spawn(): Task {
    const task = spawn(this.kernel, {}, 'random');
    const map = systemCallNamed('mmap')?.number ?? -1;
    systemCall(this.kernel, task, map, arena, arenaBytes, 3, 0x32, -1, 0);
    paths.forEach((path, index) => {
      task.memory.write(this.pathAt(index), utf8.encode(`${path}\0`), 0, path.length + 1);
    });
    return task;
  }

  /** Where a process finds a path. */
  pathAt(index: number): number {
    return pathsAt + index * pathRoom;
  }

  /** Puts bytes into a process's arena and tells their address. */
  put(task: Task, bytes: Uint8Array, offset = 0): number {
    task.memory.write(arena + offset, bytes, 0, bytes.length);
    return arena + offset;
  }

  /** A system call; its answer, which is `blocked` where the process now sleeps. */
  call(task: Task, name: string, ...registers: readonly Register[]): number {
    const row = systemCallNamed(name);
    if (row === undefined || !task.isAlive) return -1;
    return this.#enter(task, row.number, registers);
  }

  #enter(task: Task, number: number, registers: readonly Register[]): number {
    const [a, b, c, d, e, f] = registers;
    let result = systemCall(this.kernel, task, number, a, b, c, d, e, f);
    for (let tries = 0; result === blocked && tries < blockedTries; tries += 1) {
      if (task.state === 'blocked') break;
      result = systemCall(this.kernel, task, number, a, b, c, d, e, f);
    }
    this.answers.push(result);
    if (!task.isAlive) return -1;
    task.signals.delivered.splice(0);
    if (result === blocked) this.#leavePending(task, { number, registers });
    else checkErrno(number, registers, result);
    return Number(result);
  }

  #leavePending(task: Task, pending: Pending): void {
    const seat = this.#seats.find((one) => one.task === task);
    if (seat === undefined) endTask(this.kernel, task, { kind: 'exited', code: 0 });
    else seat.pending = pending;
  }

  #end(seat: Seat): void {
    if (seat.task.isAlive) endTask(this.kernel, seat.task, { kind: 'killed', signal: 9 });
    seat.pending = undefined;
  }

  /** All processes end, those too that have no seat. A last one sees to it that messages nobody can receive go. */
  endAll(): void {
    for (const seat of this.#seats) seat.pending = undefined;
    const last = this.#spawn();
    this.#endTasks(last);
    this.call(last, 'socketpair', 1, 1, 0, arena);
    this.#endTasks();
  }

  #endTasks(except?: Task): void {
    for (const task of this.kernel.tasks.all) {
      if (task.pid > 1 && task !== except && task.isAlive)
        endTask(this.kernel, task, { kind: 'exited', code: 0 });
    }
  }
}

function checkErrno(number: number, registers: readonly Register[], result: number | bigint): void {
  if (typeof result !== 'number' || result >= 0 || result < -4095) return;
  const row = systemCalls[number];
  const name = errnoName(result);
  if (row === undefined || (name !== undefined && row.errnos.includes(name))) return;
  throw new Error(`${row.name}(${registers.join(', ')}) gave ${name ?? result}, which it does not declare`);
}
