import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inputError } from '../../base/input-error.ts';
import type { Kernel } from '../../linux/init/kernel.ts';
import type { SystemCallEntry } from '../../linux/syscalls.ts';
import { signalName } from '../../linux/uapi/signal.ts';
import { decodeExitStatus } from '../../linux/uapi/wait.ts';
import { type FaultAccount, nothingInjected } from '../faults/injector.ts';
import { type Process, spawnProcess } from '../process.ts';
import type { Identity, WorkloadHost } from '../workload/host.ts';
import { UsageRecord } from '../workload/usage.ts';
import type { NativeBackend, NativeExit, Trap } from './backend.ts';
import { BoardProcesses, isReadable } from './board-process.ts';
import { type CallListener, CallLog, nameOnBoard } from './call-log.ts';
import { decide, settle } from './dispatch.ts';
import { Dumps } from './dump.ts';
import { Guardian } from './guardian.ts';
import { Holdings } from './holdings.ts';
import { hostArchitecture } from './host/architecture.ts';
import { checkHost, firstMark } from './host/check.ts';
import { readHostFile } from './host/files.ts';
import { Host, peekString } from './host/host.ts';
import { loadHostLibrary } from './host/library.ts';
import type { LaunchRequest } from './launch.ts';
import { NativeProcesses } from './native-process.ts';
import { NotifyBackend } from './notify.ts';
import type { NativeOutcome } from './outcome.ts';
import { PtraceBackend } from './ptrace.ts';
import { StandIns } from './stand-ins.ts';
import { argument, type FreshBuffer, type Supervision } from './supervision.ts';
import { hasReached } from './terminal.ts';

/** What is to be run on a board. */
export interface NativeRequest {
  readonly command: readonly string[];
  /** Who the programs are on the board, as long as they stay who started them. */
  readonly identity: Identity;
  /** `notify` where the host can do it, `ptrace` otherwise. */
  readonly backend: 'notify' | 'ptrace' | undefined;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly stdoutToStderr: boolean;
  /** Told of every call that the board answers. */
  readonly onCall?: CallListener | undefined;
  /** What makes the calls of programs go wrong on purpose, and tells what did. */
  readonly faults?: { readonly enter: SystemCallEntry; account(): FaultAccount } | undefined;
  /** A folder for the bytes of all buffers that are there at the end of the program, and at each SIGUSR1. */
  readonly dumpFolder?: string | undefined;
}

const O_RDONLY_DIRECTORY = 0o40000;

/** Runs a program of the host with a board's heaps under it, and tells what it did. */
export async function runNative(
  kernel: Kernel,
  board: WorkloadHost,
  request: NativeRequest,
): Promise<NativeOutcome> {
  if (process.platform !== 'linux') {
    throw inputError(
      'native-impossible',
      { problem: `this is ${process.platform}` },
      { hint: 'native programs need a Linux host; a container or a virtual machine will do' },
    );
  }
  const architecture = hostArchitecture(process.arch);
  const host = new Host(await loadHostLibrary(), architecture);
  checkHost(host);
  return new Run(host, kernel, board, request).run();
}

/** One run: the program, its descendants, and all that is known of them. */
class Run {
  readonly #host: Host;
  readonly #request: NativeRequest;
  readonly #usage: UsageRecord;
  readonly #calls = new Map<string, number>();
  readonly #guardian: Guardian;
  readonly #backend: NativeBackend;
  readonly #standIns: StandIns;
  readonly #boards: BoardProcesses;
  readonly #processes: NativeProcesses;
  readonly #holdings: Holdings;
  readonly #given: Supervision;
  readonly #folderRoot: string;
  readonly #stopFollowing: () => void;
  readonly #woken: (() => void)[] = [];
  readonly #dumps: Dumps | undefined;
  #log: CallLog | undefined;
  readonly #notes = new Set<string>();
  #fresh: FreshBuffer | undefined;

  constructor(host: Host, kernel: Kernel, board: WorkloadHost, request: NativeRequest) {
    this.#host = host;
    this.#request = request;
    const parent = spawnProcess(kernel, {}, 'exec');
    const kept = parent.open('/', O_RDONLY_DIRECTORY);
    this.#usage = new UsageRecord(board, () => undefined);
    this.#folderRoot = mkdtempSync(join(tmpdir(), 'heapboard-exec-'));
    const standIns = new StandIns(host, {
      mark: `heapboard-${process.pid}`,
      folderRoot: this.#folderRoot,
      folders: {
        make: (path) => mkdirSync(path, { recursive: true }),
        remove: (path) => rmSync(path, { recursive: true, force: true }),
      },
      keepsBytes: request.dumpFolder !== undefined,
      isReady: (boardFd) => isReadable(parent, boardFd),
      beforeRelease: () => this.#dumpIfEnding(),
      released: (standIn) => this.#log?.released(standIn),
      heldNow: () => this.#holdings.heldNow(),
    });
    this.#standIns = standIns;
    const boards = new BoardProcesses(kernel, parent, request.faults?.enter);
    this.#boards = boards;
    if (request.onCall !== undefined) this.#log = new CallLog(request.onCall, kernel, host);
    const uid = process.getuid?.() ?? 0;
    this.#processes = new NativeProcesses(boards, request.identity, uid);
    this.#holdings = new Holdings(standIns, this.#processes);
    this.#stopFollowing = board.follow({
      exported: (buffer) => {
        this.#fresh = buffer;
      },
      released: () => {},
      found: () => {},
    });
    this.#adoptOrphans(true);
    const nameOf = (boardFd: number) => parent.readlink(`/proc/self/fd/${boardFd}`).replace(/^\/dmabuf:/, '');
    const { dumpFolder } = request;
    this.#dumps = dumpFolder === undefined ? undefined : new Dumps(dumpFolder, standIns, nameOf);
    const mark = firstMark + BigInt(process.pid) * 2n ** 20n;
    const environment = Object.entries(request.environment).map(([name, value]) => `${name}=${value ?? ''}`);
    this.#guardian = new Guardian(host, mark, this.#folderRoot, environment);
    this.#backend = this.#start({
      command: request.command,
      environment,
      stdoutToStderr: request.stdoutToStderr,
      mark,
      openFiles: openFilesOf(process.ppid),
    });
    this.#given = {
      host,
      answers: this.#backend,
      standIns,
      processes: this.#processes,
      holdings: this.#holdings,
      takeFreshBuffer: () => {
        const fresh = this.#fresh;
        this.#fresh = undefined;
        return fresh;
      },
      ordinaryFile: once(() => memoryFileOf(parent)),
      ordinaryPipe: once(() => {
        const [output, input] = parent.pipe();
        parent.write(input, 'ordinary bytes');
        return { input, output };
      }),
      lowestFreeOnBoard: () => {
        const lowest = parent.dup(kept);
        parent.close(lowest);
        return lowest;
      },
      catchUp: (process) => {
        standIns.drain();
        this.#holdings.goesOn(process);
      },
      handed: (standIn, tid, fd) => this.#log?.handed(standIn, this.#processes.ofThread(tid), fd),
      hold: (trap) => this.#hold(trap, kernel),
      peekText: (trap, index, limit) => peekString(host, trap.tid, argument(trap, index), limit),
      closeOnBoard: (boardFd) => parent.close(boardFd),
      note: (text) => this.#notes.add(text),
      readHostFile,
    };
  }

  #start(launch: LaunchRequest): NativeBackend {
    const wanted = this.#request.backend;
    try {
      const notify = wanted === 'ptrace' ? undefined : NotifyBackend.start(this.#host, launch);
      const backend = notify ?? (wanted === 'notify' ? undefined : PtraceBackend.start(this.#host, launch));
      if (backend !== undefined) return backend;
    } catch (error) {
      this.#cleanUp();
      throw error;
    }
    this.#cleanUp();
    const what = wanted === 'notify' ? 'seccomp user notification (Linux 5.14)' : 'seccomp filters';
    throw inputError(
      'native-impossible',
      { problem: `the host refuses ${what}` },
      { hint: 'a container may forbid it: use a seccomp profile that allows seccomp()' },
    );
  }

  async run(): Promise<NativeOutcome> {
    const backend = this.#backend;
    const forget = this.#passSignals();
    try {
      const exit = await backend.run(this.#standIns.releases, {
        trapped: (trap) => this.#trapped(trap),
        released: () => {
          this.#standIns.drain();
          this.#standIns.tellReady();
          this.#resume();
        },
        idle: () => {
          if (this.#holdings.isUnsettled) this.#holdings.settle();
        },
      });
      return this.#finish(exit);
    } finally {
      forget();
      this.#cleanUp();
    }
  }

  #trapped(trap: Trap): void {
    const { name } = trap.call;
    this.#calls.set(name, (this.#calls.get(name) ?? 0) + 1);
    this.#dispatch(trap);
    this.#resume();
  }

  #dispatch(trap: Trap): void {
    const owner = this.#processes.ofThread(trap.tid);
    if (owner !== undefined) this.#holdings.goesOn(owner);
    const begun = owner === undefined ? undefined : this.#log?.begin(trap);
    if (owner !== undefined && this.#request.faults !== undefined) {
      this.#boards.asks(owner.board, nameOnBoard(trap.call.name), owner.program);
    }
    const verdict = decide(this.#given, trap, owner);
    if (trap.call.kind.startsWith('exit') && owner?.exiting && owner.pid === this.#backend.pid) {
      this.#dumps?.writeLast();
    }
    if (begun !== undefined && owner !== undefined) this.#log?.decided(trap, owner, begun, verdict);
    // What the answer lets happen may be asked of the host at once.
    this.#standIns.tellReady();
    settle(this.#given, trap, verdict);
  }

  /** The board's process sleeps in this call; other threads of the program go on with another one. */
  #hold(trap: Trap, kernel: Kernel): void {
    const owner = this.#processes.ofThread(trap.tid);
    const sleeper = owner?.board;
    const task = sleeper === undefined ? undefined : kernel.tasks.byPid(sleeper.process.pid);
    if (owner === undefined || sleeper === undefined || task === undefined) return;
    this.#processes.detachBoard(owner);
    task.onWake = () => {
      task.onWake = undefined;
      this.#woken.push(() => {
        this.#processes.endBoard(sleeper);
        if (!this.#processes.hasEnded(owner)) this.#dispatch(trap);
      });
    };
  }

  /** Tries calls again that slept until just now. */
  #resume(): void {
    while (this.#woken.length > 0) this.#woken.shift()?.();
  }

  /** Signals that are meant for the program. */
  #passSignals(): () => void {
    const { pid } = this.#backend;
    const pass = (signal: NodeJS.Signals) => {
      if (!hasReached(signal, pid)) this.#host.kill(pid, signalNumbers[signal] ?? 15);
    };
    for (const signal of passedSignals) process.on(signal, pass);
    const dump = () => this.#dumps?.write();
    process.on('SIGUSR1', this.#dumps === undefined ? pass : dump);
    return () => {
      process.off('SIGUSR1', pass);
      process.off('SIGUSR1', dump);
      for (const signal of passedSignals) process.off(signal, pass);
    };
  }

  /** A program that a signal ends makes no last call: what it held is written down before it is let go of. */
  #dumpIfEnding(): void {
    const program = this.#dumps === undefined ? undefined : this.#processes.ofThread(this.#backend.pid);
    if (program !== undefined && this.#processes.isEnding(program)) this.#dumps?.writeLast();
  }

  #finish({ word }: NativeExit): NativeOutcome {
    this.#dumps?.writeLast();
    this.#standIns.drain();
    this.#holdings.settle();
    const left = this.#standIns.all.some(({ kind }) => kind === 'buffer');
    this.#guardian.end();
    if (left) {
      this.#standIns.drain();
      this.#holdings.settle();
    }
    const status = decodeExitStatus(word);
    const { areas, heaps } = this.#usage.finish(new Set());
    return {
      backend: this.#backend.name,
      command: this.#request.command,
      exitCode: status.kind === 'exited' ? status.code : null,
      signal: status.kind === 'killed' ? signalName(status.signal) : null,
      calls: Object.fromEntries([...this.#calls].sort(([a], [b]) => (a < b ? -1 : 1))),
      processes: this.#processes.allocators.map(({ pid, program, buffers, allocatedBytes }) => ({
        pid,
        program,
        buffers,
        allocatedBytes,
      })),
      areas,
      heaps,
      leaks: this.#holdings.leaks,
      ...(this.#request.faults?.account() ?? nothingInjected),
      notes: [...this.#notes, ...this.#standIns.limitsReached],
    };
  }

  /** Whether the descendants of programs that have ended are ours to wait for. */
  #adoptOrphans(on: boolean): void {
    const PR_SET_CHILD_SUBREAPER = 36;
    this.#host.call('prctl', PR_SET_CHILD_SUBREAPER, on ? 1 : 0);
  }

  #cleanUp(): void {
    const WNOHANG_ALL = 0x40000001;
    this.#stopFollowing();
    this.#guardian.end();
    while (this.#host.wait(-1, WNOHANG_ALL) !== undefined);
    this.#adoptOrphans(false);
    this.#standIns.end();
    rmSync(this.#folderRoot, { recursive: true, force: true });
  }
}

function once<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

function memoryFileOf(parent: Process): number {
  const name = parent.memory.pushString('ordinary');
  const fd = parent.syscall('memfd_create', name, 0);
  parent.memory.pop(name);
  parent.ftruncate(fd, 4096);
  return fd;
}

const passedSignals = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR2'] as const;
const signalNumbers: Readonly<Partial<Record<NodeJS.Signals, number>>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGUSR1: 10,
  SIGUSR2: 12,
  SIGTERM: 15,
};

/** The soft limit of open files of whoever started us: Node raises its own, and programs are not to see that. */
function openFilesOf(pid: number): number | undefined {
  const limit = Number(/^Max open files\s+(\d+)/m.exec(readHostFile(`/proc/${pid}/limits`) ?? '')?.[1]);
  return Number.isNaN(limit) ? undefined : limit;
}
