import { inputError } from '../base/input-error.ts';
import type { DeadKernel, Kernel } from '../linux/init/kernel.ts';
import type { Credentials } from '../linux/kernel/cred.ts';
import type { LogLine } from '../linux/kernel/printk.ts';
import { applyPressure } from '../linux/mm/pressure.ts';
import { installProgram, type SystemCallEntry, systemCall } from '../linux/syscalls.ts';
import type { BoardProfile } from '../machine/board.ts';
import { SyscallError } from '../userland/errors.ts';
import type { Fault } from '../userland/faults/fault.ts';
import { FaultInjector } from '../userland/faults/injector.ts';
import { type Process, spawnProcess } from '../userland/process.ts';
import { FunctionImage, type ProgramMain } from '../userland/workload/program-tools.ts';
import { type BootSummary, summarise } from './summary.ts';
import type { ModuleLoadReport } from './userland/module-loads.ts';

/** What a boot came to: a kernel, or a dead one with its last words. */
export type BootResult =
  | { readonly kernel: Kernel; readonly panic?: undefined }
  | { readonly kernel?: undefined; readonly dead: DeadKernel; readonly panic: string };

/** A machine after its boot: running, or dead of a panic. */
export class System {
  /** The profile that held; undefined for a file by itself. */
  readonly board: BoardProfile | undefined;
  /** The running kernel's subsystems, for tests and tools; undefined after a panic. */
  readonly kernel: Kernel | undefined;
  /** What exists whether or not the boot succeeded. */
  readonly environment: Kernel | DeadKernel;
  /** The last words of a kernel that panicked. */
  readonly panic: string | undefined;
  /** What became of the modules that were to be loaded, in order. */
  readonly moduleLoads: ModuleLoadReport[] = [];
  #calls: SystemCallEntry = systemCall;
  readonly #watchers: ((next: SystemCallEntry) => SystemCallEntry)[] = [];

  constructor(result: BootResult, board: BoardProfile | undefined) {
    this.board = board;
    this.kernel = result.kernel;
    this.environment = result.kernel ?? result.dead;
    this.panic = result.panic;
  }

  get booted(): boolean {
    return this.kernel !== undefined;
  }

  /** The kernel log so far. */
  get dmesg(): readonly LogLine[] {
    return this.environment.log.lines;
  }

  /** What a console has shown of the log, as it shows it; nothing where the kernel died before a console came. */
  get console(): readonly string[] {
    return this.environment.log.consoleLines;
  }

  /**
   * Starts a process: root's, unless other credentials are given. Its calls throw errors with `code`, `errno` and
   * `syscall`. On a system that panicked nothing runs: an InputError.
   */
  spawn(credentials: Partial<Credentials> = {}, command = 'program'): Process {
    return spawnProcess(this.running, credentials, command, this.calls);
  }

  /** Puts a program at a path of the emulated file system, where execve() finds it. */
  install(path: string, main: ProgramMain): void {
    installProgram(this.running, path, new FunctionImage(path.split('/').at(-1) ?? path, main));
  }

  /** Makes things go wrong on purpose from now on, for processes that are started after this call. */
  injectFaults(faults: readonly Fault[]): FaultInjector {
    const injector = new FaultInjector(faults, (path) => removeFile(spawnProcess(this.running), path));
    for (const fault of faults) {
      if (fault.kind === 'busy') makeBusy(this.running, fault.bytes);
    }
    this.#calls = injector.wrap(this.#calls);
    return injector;
  }

  /** How processes that are started now reach the kernel. */
  get calls(): SystemCallEntry {
    return this.#watchers.reduce((next, wrap) => wrap(next), this.#calls);
  }

  /** Puts something that watches between the kernel and the processes that are started from now on. */
  wrapCalls(wrap: (next: SystemCallEntry) => SystemCallEntry): void {
    this.#watchers.push(wrap);
  }

  /** The running kernel; an InputError where there is none. */
  get running(): Kernel {
    if (this.kernel === undefined) throw inputError('system-dead', { panic: this.panic ?? '' });
    return this.kernel;
  }

  /** The system as data, as it is at this moment. */
  summary(): BootSummary {
    return summarise(this);
  }
}

/** Whether a file was there to be removed. */
function removeFile(process: Process, path: string): boolean {
  try {
    process.unlink(path);
    return true;
  } catch (error) {
    if (error instanceof SyscallError && error.code === 'ENOENT') return false;
    throw error;
  } finally {
    process.exit(0);
  }
}

/** Has page cache fill memory, and so many bytes of it in CMA areas stay where they are. */
function makeBusy(kernel: Kernel, bytes: bigint): void {
  // Movable pages go into CMA areas once little else is free.
  const most = (BigInt(kernel.pages.freePages) * BigInt(kernel.pageSizeBytes) * 9n) / 10n;
  applyPressure(kernel, { pageCacheBytes: most, pinned: { bytes } });
}
