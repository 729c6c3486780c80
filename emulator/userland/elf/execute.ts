import type { ConsolePort } from '../../linux/drivers/tty/host-console.ts';
import type { Kernel } from '../../linux/init/kernel.ts';
import type { Task } from '../../linux/kernel/task.ts';
import { type PickOrder, type SystemCallEntry, spawn, systemCall } from '../../linux/syscalls.ts';
import { type FaultAccount, nothingInjected } from '../faults/injector.ts';
import type { BufferSeen, Identity, WorkloadHost } from '../workload/host.ts';
import { UsageRecord } from '../workload/usage.ts';
import { Callers, type CallSite } from './callers.ts';
import { fileFinder, type GuestEntry, placeEntries } from './guest-entries.ts';
import type { ElfOutcome } from './outcome.ts';
import { ElfRun, type RunLimits } from './run.ts';

/** A buffer that is made, or goes away. */
export interface HeapEvent {
  readonly kind: 'allocated' | 'released';
  readonly pid: number;
  readonly heap: string;
  readonly sizeBytes: number;
  /** Where the program was, of the one that is at work. */
  readonly site: CallSite | undefined;
}

export interface ExecuteOptions {
  /** What is put into the board's file system first, in this order. */
  readonly files: readonly GuestEntry[];
  /** The program's path on the board. */
  readonly path: string;
  readonly argv: readonly string[];
  readonly environment: readonly string[];
  readonly identity: Identity;
  /** The program is process 1. */
  readonly isInit?: boolean;
  readonly console: ConsolePort;
  readonly limits?: RunLimits;
  readonly order?: PickOrder;
  /** What tracing puts in the place of the system-call table. */
  readonly enter?: SystemCallEntry;
  /** Tells what went wrong on purpose. */
  readonly faults?: { account(): FaultAccount };
  /** Told of each buffer that is made or goes away. */
  readonly onHeapEvent?: (event: HeapEvent) => void;
}

/** Runs an AArch64 program on a booted board to its end; a SyscallError where the kernel refuses to start it. */
export async function executeElf(
  kernel: Kernel,
  host: WorkloadHost,
  options: ExecuteOptions,
): Promise<ElfOutcome> {
  const { files, path, argv, environment, console, limits, enter = systemCall, order } = options;
  placeEntries(kernel, files);
  const task = firstTask(kernel, options);
  const run = new ElfRun(kernel, { enter, ...(order === undefined ? {} : { order }) });
  const callers = new Callers(fileFinder(files));
  const began = kernel.clock.now;
  const unfollow = followHeaps(host, run, callers, options.onHeapEvent);
  const usage = new UsageRecord(host, () => {
    const { current } = run;
    if (current === undefined) return undefined;
    const step = callers.siteOf(current)?.function;
    return { process: `${current.command}[${current.tgid}]`, position: undefined, step };
  });
  run.start(task, { path, argv, environment, console });
  const end = await run.run(task, limits, () => usage.sample());
  unfollow();
  const { areas, heaps, leaks } = usage.finish(new Set());
  const status = end.kind === 'ended' ? end.status : undefined;
  return {
    command: argv,
    end: end.kind,
    exitCode: status?.kind === 'exited' ? status.code : null,
    signal: status?.kind === 'killed' ? status.signal : null,
    instructions: run.processor.instructions,
    nanoseconds: kernel.clock.now - began,
    areas,
    heaps,
    ...(options.faults?.account() ?? nothingInjected),
    leaks: leaks.map(({ process, step, heap, sizeBytes }) => {
      const [, program = process, pid = '0'] = /^(.*)\[(\d+)\]$/.exec(process) ?? [];
      return { pid: Number(pid), program, function: step ?? null, heap, sizeBytes };
    }),
  };
}

function followHeaps(
  host: WorkloadHost,
  run: ElfRun,
  callers: Callers,
  tell: ExecuteOptions['onHeapEvent'],
): () => void {
  if (tell === undefined) return () => {};
  const event = (kind: HeapEvent['kind'], { heap, sizeBytes }: BufferSeen): void => {
    const { current } = run;
    const site = current === undefined ? undefined : callers.siteOf(current);
    tell({ kind, pid: current?.tgid ?? 0, heap, sizeBytes, site });
  };
  return host.follow({
    exported: (buffer) => event('allocated', buffer),
    released: (buffer) => event('released', buffer),
  });
}

function firstTask(kernel: Kernel, { isInit, identity, argv }: ExecuteOptions): Task {
  const { init } = kernel.tasks;
  if (isInit === true && init !== undefined) return init;
  return spawn(kernel, identity, argv[0] ?? 'program');
}
