import type { ConsolePort } from '../../linux/drivers/tty/host-console.ts';
import type { Kernel } from '../../linux/init/kernel.ts';
import type { Task } from '../../linux/kernel/task.ts';
import { type PickOrder, type SystemCallEntry, spawn, systemCall } from '../../linux/syscalls.ts';
import { O_CREAT, O_TRUNC, O_WRONLY } from '../../linux/uapi/fcntl.ts';
import { SyscallError } from '../errors.ts';
import { Process } from '../process.ts';
import type { BufferSeen, Identity, WorkloadHost } from '../workload/host.ts';
import { UsageRecord } from '../workload/usage.ts';
import { Callers, type CallSite } from './callers.ts';
import type { ElfOutcome } from './outcome.ts';
import { ElfRun, type RunLimits } from './run.ts';

/** A file that is put into the board's file system first. */
export interface GuestFile {
  /** Absolute. */
  readonly path: string;
  readonly mode: number;
  readonly bytes: Uint8Array;
}

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
  readonly files: readonly GuestFile[];
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
  placeFiles(kernel, files);
  const task = firstTask(kernel, options);
  const run = new ElfRun(kernel, { enter, ...(order === undefined ? {} : { order }) });
  const callers = new Callers(new Map(files.map((file) => [file.path, file.bytes])));
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

const chunkBytes = 1 << 15;

/** Writes files as root, with the folders on the way. */
function placeFiles(kernel: Kernel, files: readonly GuestFile[]): void {
  const writer = new Process(kernel, spawn(kernel, {}, 'cp'), systemCall);
  for (const { path, mode, bytes } of files) {
    const folders = path.split('/').slice(1, -1);
    for (const [index] of folders.entries()) makeFolder(writer, `/${folders.slice(0, index + 1).join('/')}`);
    const fd = writer.open(path, O_CREAT | O_WRONLY | O_TRUNC, mode);
    for (let at = 0; at < bytes.length; at += chunkBytes)
      writer.write(fd, bytes.subarray(at, Math.min(at + chunkBytes, bytes.length)));
    writer.close(fd);
  }
  writer.exit(0);
}

function makeFolder(writer: Process, path: string): void {
  try {
    writer.mkdir(path, 0o755);
  } catch (error) {
    if (!(error instanceof SyscallError) || error.code !== 'EEXIST') throw error;
  }
}
