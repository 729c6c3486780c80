import type { Dentry } from '../fs/dentry.ts';
import type { FdTable } from '../fs/fdtable.ts';
import type { AddressSpace } from '../mm/address-space.ts';
import type { ExitStatus } from '../uapi/wait.ts';
import type { Credentials } from './cred.ts';
import type { Limits } from './limits.ts';
import { WaitQueue } from './sched/wait.ts';
import { Signals } from './signal.ts';

/** `blocked`: in a system call that waits. `zombie`: ended, and nobody has asked how yet. `dead`: gone. */
export type TaskState = 'running' | 'blocked' | 'zombie' | 'dead';

/** What a system call waits for; it is begun anew when any of it happens. */
export interface Wait {
  readonly queues: readonly WaitQueue[];
  /** Virtual time at which the wait ends by itself. */
  readonly deadline: bigint | undefined;
}

/** What makes a task; all of it may be shared with others. */
export interface TaskParts {
  readonly pid: number;
  readonly parent: Task | undefined;
  readonly command: string;
  readonly credentials: Credentials;
  readonly files: FdTable;
  readonly memory: AddressSpace;
  readonly limits: Limits;
  readonly root: Dentry;
  readonly workingDirectory: Dentry;
  readonly umask: number;
}

/** A process with one thread. Plays struct task_struct. */
export class Task {
  readonly pid: number;
  parent: Task | undefined;
  readonly children = new Set<Task>();
  /** comm: at most 15 characters. */
  command: string;
  credentials: Credentials;
  files: FdTable;
  memory: AddressSpace;
  limits: Limits;
  root: Dentry;
  workingDirectory: Dentry;
  umask: number;
  state: TaskState = 'running';
  exitStatus: ExitStatus | undefined = undefined;
  readonly signals = new Signals();
  /** Woken when a child changes its state. */
  readonly childEvents = new WaitQueue();
  /** /proc/PID/oom_score_adj */
  oomScoreAdjust = 0;
  /** What the present call waits for. */
  wait: Wait | undefined = undefined;
  /** When a call that was begun anew gives up; lives until the call ends. */
  deadline: bigint | undefined = undefined;
  /** Told when a wait is over. */
  onWake: (() => void) | undefined = undefined;
  #unsubscribe: (() => void)[] = [];

  constructor(parts: TaskParts) {
    this.pid = parts.pid;
    this.parent = parts.parent;
    this.command = parts.command.slice(0, 15);
    this.credentials = parts.credentials;
    this.files = parts.files;
    this.memory = parts.memory;
    this.limits = parts.limits;
    this.root = parts.root;
    this.workingDirectory = parts.workingDirectory;
    this.umask = parts.umask;
    parts.parent?.children.add(this);
  }

  /** Whether it can still make system calls. */
  get isAlive(): boolean {
    return this.state === 'running' || this.state === 'blocked';
  }

  /** Goes to sleep until one of the queues is woken or the deadline has passed. */
  block(wait: Wait): void {
    this.wait = wait;
    this.state = 'blocked';
    const wake = () => this.wake();
    this.#unsubscribe = wait.queues.map((queue) => queue.add(wake));
  }

  /** Ends a wait: what was waited for happened, time is up, or a signal came. */
  wake(): void {
    if (this.state !== 'blocked') return;
    this.state = 'running';
    this.wait = undefined;
    for (const leave of this.#unsubscribe) leave();
    this.#unsubscribe = [];
    this.onWake?.();
  }
}

/** All tasks of a kernel. */
export class TaskTable {
  readonly #tasks = new Map<number, Task>();
  #lastPid = 0;

  /** Every task that still has a number, zombies too, in the order of their numbers. */
  get all(): readonly Task[] {
    return [...this.#tasks.values()];
  }

  byPid(pid: number): Task | undefined {
    return this.#tasks.get(pid);
  }

  /** Process 1, which inherits the children of those that end. */
  get init(): Task | undefined {
    return this.#tasks.get(1);
  }

  nextPid(): number {
    this.#lastPid += 1;
    return this.#lastPid;
  }

  add(task: Task): void {
    this.#tasks.set(task.pid, task);
  }

  /** release_task() */
  remove(task: Task): void {
    task.state = 'dead';
    task.parent?.children.delete(task);
    this.#tasks.delete(task.pid);
  }
}
