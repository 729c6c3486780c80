import { readFileSync } from 'node:fs';
import { inputError } from '../../base/input-error.ts';
import { buildFilter } from './filter.ts';
import { places } from './host/arena.ts';
import type { Host } from './host/host.ts';
import { spawn } from './host/spawn.ts';
import { ptraceOptions, ptraceRequests, Tracee } from './host/tracee.ts';

/** What is to run, and how. */
export interface LaunchRequest {
  readonly command: readonly string[];
  readonly environment: readonly string[];
  /** Whether what the program prints goes to stderr. */
  readonly stdoutToStderr: boolean;
  /** A number that no other run has: limits carry it, and so every descendant can be told. */
  readonly mark: bigint;
  /** The soft limit of open files that the program is to have; undefined leaves it. */
  readonly openFiles: number | undefined;
}

const shell = '/bin/sh';
/** Stops, so that it can be seized, and becomes the program. */
const launcher = 'kill -STOP $$; exec "$@"';

const SIGCONT = 18;
const waitStopped = 2;
const waitAll = 0x40000000;
const RLIMIT_NOFILE = 7;
const RLIMIT_RTTIME = 15;
const PR_SET_NO_NEW_PRIVS = 38;
const SECCOMP_SET_MODE_FILTER = 1;

/** A launcher that is stopped at its first execve(). */
export interface Launch {
  readonly pid: number;
  readonly tracee: Tracee;
}

/** Starts the launcher and stops it where it is about to become the program. */
export function launch(host: Host, request: LaunchRequest): Launch {
  // Each is named, since Node keeps its own from being inherited.
  const stdout = request.stdoutToStderr ? 2 : 1;
  const descriptors = [
    [0, 0],
    [stdout, 1],
    [2, 2],
  ] as const;
  const argv = ['sh', '-c', launcher, 'heapboard', ...request.command];
  const pid = spawn(host, {
    path: shell,
    argv,
    environment: request.environment,
    descriptors,
    ownGroup: false,
  });
  if (pid < 0) throw impossible(`${shell} cannot be started (errno ${-pid})`, 'it is needed as a launcher');
  host.wait(pid, waitStopped | waitAll);
  setLimits(host, pid, request);
  const tracee = new Tracee(host, pid);
  const seized = tracee.request(
    ptraceRequests.seize,
    0,
    ptraceOptions.markCalls | ptraceOptions.dieWithTracer,
  );
  if (seized < 0) {
    host.kill(pid, 9);
    host.wait(pid, waitAll);
    throw impossible('ptrace is refused', howToAllowPtrace(yamaScope(), process.getuid?.() === 0));
  }
  host.kill(pid, SIGCONT);
  const execve = host.architecture.trappable.execve;
  for (let stop = tracee.waitForStop(); stop !== undefined; stop = tracee.waitForStop()) {
    if (stop.isCall && tracee.callAtEntry() === execve) return { pid, tracee };
    tracee.toNextCall();
  }
  throw impossible('the launcher ended by itself', 'run it again');
}

function impossible(problem: string, hint: string): Error {
  return inputError('native-impossible', { problem }, { hint });
}

/** kernel.yama.ptrace_scope; undefined where the host has no yama. */
function yamaScope(): number | undefined {
  try {
    return Number(readFileSync('/proc/sys/kernel/yama/ptrace_scope', 'utf8'));
  } catch {
    return undefined;
  }
}

/** What to do where ptrace is refused, by what yama allows (Documentation/admin-guide/LSM/Yama.rst). */
export function howToAllowPtrace(scope: number | undefined, isRoot: boolean): string {
  if (scope === 3) {
    return 'kernel.yama.ptrace_scope is 3, which lasts until the next boot: have the boot set it to 1, and reboot';
  }
  if (scope === 2 && !isRoot) {
    return 'kernel.yama.ptrace_scope is 2: set it to 1 (sudo sysctl kernel.yama.ptrace_scope=1), or run this as root';
  }
  return 'allow it: in a container --cap-add SYS_PTRACE, or a seccomp profile that has it';
}

function setLimits(host: Host, pid: number, { mark, openFiles }: LaunchRequest): void {
  const { arena } = host;
  arena.setRegister(places.limits, mark);
  arena.setRegister(places.limits + 8, mark);
  host.call('prlimit64', pid, RLIMIT_RTTIME, arena.at(places.limits), 0);
  if (openFiles === undefined) return;
  host.call('prlimit64', pid, RLIMIT_NOFILE, 0, arena.at(places.limits));
  arena.setRegister(places.limits, openFiles);
  host.call('prlimit64', pid, RLIMIT_NOFILE, arena.at(places.limits), 0);
}

/** Has a stopped launcher give up new privileges and install the filter; its descriptor of the listener, or -errno. */
export function installFilter(host: Host, { tracee }: Launch, action: number, flags: number): number {
  const { numbers, trappable } = host.architecture;
  const filter = buildFilter(host.architecture, action);
  const registers = tracee.registers();
  const instructions = tracee.stackPointer(registers) - 1024 - filter.length;
  const descriptor = instructions - 64;
  host.poke(tracee.tid, instructions, filter);
  const program = new DataView(new ArrayBuffer(16));
  program.setUint16(0, filter.length / 8, true);
  program.setBigUint64(8, BigInt(instructions), true);
  host.poke(tracee.tid, descriptor, new Uint8Array(program.buffer));
  const execve = trappable.execve ?? 0;
  tracee.runInstead(registers, numbers.prctl, [PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0]);
  tracee.beginAnew(registers, execve);
  const values = [SECCOMP_SET_MODE_FILTER, flags, descriptor];
  const listener = tracee.runInstead(registers, numbers.seccomp, values);
  tracee.beginAnew(registers, execve);
  return listener ?? -1;
}

/** Has a stopped launcher close one of its descriptors. */
export function closeIn(host: Host, { tracee }: Launch, fd: number): void {
  const registers = tracee.registers();
  tracee.runInstead(registers, host.architecture.numbers.close, [fd]);
  tracee.beginAnew(registers, host.architecture.trappable.execve ?? 0);
}
