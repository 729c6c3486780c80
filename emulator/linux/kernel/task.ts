import type { ThreadRegisters } from '../../machine/cpu/arm64/registers.ts';
import type { Dentry } from '../fs/dentry.ts';
import type { FdTable } from '../fs/fdtable.ts';
import type { Kernel } from '../init/kernel.ts';
import type { AddressSpace } from '../mm/address-space.ts';
import type { Errno } from '../uapi/errno.ts';
import type { ExitStatus } from '../uapi/wait.ts';
import type { Cgroup } from './cgroup/cgroup.ts';
import type { Credentials } from './cred.ts';
import type { FutexWaiter } from './futex.ts';
import type { RealTimer } from './itimer.ts';
import type { Limits } from './limits.ts';
import type { PosixTimer } from './posix-timers.ts';
import { WaitQueue } from './sched/wait.ts';
import { type AlternateStack, noAlternateStack } from './sigaltstack.ts';
import { Signals } from './sigpending.ts';

/** `blocked`: in a system call that waits. `zombie`: ended, and nobody has asked how yet. `dead`: gone. */
export type TaskState = 'running' | 'blocked' | 'zombie' | 'dead';

/** What a system call waits for; it is begun anew when any of it happens. */
export interface Wait {
  readonly queues: readonly WaitQueue[];
  /** Virtual time at which the wait ends by itself. */
  readonly deadline: bigint | undefined;
}

/** How a thread wants to be scheduled: SCHED_*, and 1 to 99 for real-time policies. */
export interface Scheduling {
  readonly policy: number;
  readonly priority: number;
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
  /** The process whose image it is; undefined for one that was started anew. */
  readonly maker?: Task;
  /** The process that the task is another thread of. */
  readonly threadOf?: ThreadGroup;
}

/** A program that execve() can start: what it does is the business of user space. */
export interface ProgramImage {
  readonly name: string;
  /** Fills the task's new memory and registers; an errno is fatal, for the old program is gone. */
  readonly start?: (kernel: Kernel, task: Task, executed: ExecutedImage) => Errno;
}

/** What execve() put in the place of a program. */
export interface ExecutedImage {
  readonly image: ProgramImage;
  readonly path: string;
  readonly argv: readonly string[];
  readonly environment: readonly string[];
}

/** The threads of one process. Plays the part of struct signal_struct that counts them. */
export class ThreadGroup {
  /** The thread whose number is the process's. */
  readonly leader: Task;
  /** Those that still run. */
  readonly alive = new Set<Task>();
  /** What exit_group() or a fatal signal said; the last thread's own status counts otherwise. */
  status: ExitStatus | undefined = undefined;
  /** What setitimer(ITIMER_REAL) set. */
  realTimer: RealTimer | undefined = undefined;
  /** What timer_create() made, by number. */
  readonly timers = new Map<number, PosixTimer>();
  /** Number of its process group (getpgid()). */
  processGroup: number;
  /** Number of its session (getsid()). */
  session: number;
  /** -20 to 19. */
  niceness = 0;

  /** A process that another one made belongs where that one does; one that nobody made begins a session. */
  constructor(leader: Task, maker: Task | undefined) {
    this.leader = leader;
    this.processGroup = maker?.group.processGroup ?? leader.pid;
    this.session = maker?.group.session ?? leader.pid;
    this.niceness = maker?.group.niceness ?? 0;
  }
}

/** A thread, most often the only one of its process. Plays struct task_struct. */
export class Task {
  /** The thread's own number (gettid()). */
  readonly pid: number;
  readonly group: ThreadGroup;
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
  readonly signals: Signals;
  /** Woken when a child changes its state. */
  readonly childEvents = new WaitQueue();
  /** /proc/PID/oom_score_adj */
  oomScoreAdjust = 0;
  /** Its control group; the root one where nobody moved it. */
  cgroup: Cgroup | undefined = undefined;
  /** What the present call waits for. */
  wait: Wait | undefined = undefined;
  /** When a call that was begun anew gives up; lives until the call ends. */
  deadline: bigint | undefined = undefined;
  /** What a futex call waits for; lives until the call ends. */
  futexWaiter: FutexWaiter | undefined = undefined;
  /** Does what a call leaves to do where a signal ends its wait; lives until the call ends. */
  onInterrupted: (() => void) | undefined = undefined;
  /** Where to store 0 when the thread ends, and wake who waits there (set_tid_address()). */
  clearChildTid = 0;
  /** The program that execve() put here last; undefined for one that nobody executed. */
  executed: ExecutedImage | undefined = undefined;
  /** The processor's registers, for a program of machine code; undefined for one of another kind. */
  registers: ThreadRegisters | undefined = undefined;
  /** A child that runs in this process's memory, and must end or execute first (CLONE_VFORK). */
  vforkChild: Task | undefined = undefined;
  /** Its policy and priority, which are kept and told. */
  scheduling: Scheduling = { policy: 0, priority: 0 };
  /** Where handlers run that ask for a stack of their own. */
  alternateStack: AlternateStack = noAlternateStack;
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
    this.signals = new Signals(parts.threadOf?.leader.signals);
    this.group = parts.threadOf ?? new ThreadGroup(this, parts.maker);
    this.group.alive.add(this);
    if (parts.threadOf === undefined) parts.parent?.children.add(this);
  }

  /** The number of its process (getpid()). */
  get tgid(): number {
    return this.group.leader.pid;
  }

  get isThread(): boolean {
    return this.group.leader !== this;
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
  /** Whose system call is being made at this moment. */
  current: Task | undefined = undefined;

  /** Every task that still has a number, zombies and threads too, in the order of their numbers. */
  get all(): readonly Task[] {
    return [...this.#tasks.values()];
  }

  /** As `all`, one task for each process. */
  get processes(): readonly Task[] {
    return this.all.filter((task) => !task.isThread);
  }

  byPid(pid: number): Task | undefined {
    return this.#tasks.get(pid);
  }

  /** Process 1, which inherits the children of those that end. */
  get init(): Task | undefined {
    return this.#tasks.get(1);
  }

  /** The highest number that was given so far. */
  get lastPid(): number {
    return this.#lastPid;
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
