import { openAt } from './fs/open.ts';
import type { Kernel } from './init/kernel.ts';
import { DeviceAllowances } from './kernel/cgroup/device-rules.ts';
import type { Credentials } from './kernel/cred.ts';
import { completeCredentials } from './kernel/cred.ts';
import { spawnTask } from './kernel/fork.ts';
import { passIdleTime } from './kernel/sched/core.ts';
import { blocked } from './kernel/sched/wait.ts';
import { deliverSignals, forceSignal } from './kernel/signal.ts';
import { sendSignal } from './kernel/sigpending.ts';
import type { Task } from './kernel/task.ts';
import { faultBus, faultNoMemory } from './mm/address-space.ts';
import { oomOnFault } from './mm/oom-kill.ts';
import { attributeCalls } from './syscalls/attributes.ts';
import { descriptorCalls } from './syscalls/descriptors.ts';
import { fileCalls } from './syscalls/files.ts';
import { memoryCalls } from './syscalls/memory.ts';
import { moduleCalls } from './syscalls/modules.ts';
import { nameCalls } from './syscalls/names.ts';
import { namespaceCalls } from './syscalls/namespaces.ts';
import { pollingCalls } from './syscalls/polling.ts';
import { processCalls } from './syscalls/processes.ts';
import { readWriteCalls } from './syscalls/read-write.ts';
import { renameCalls } from './syscalls/renames.ts';
import { statxCalls } from './syscalls/statx.ts';
import { systemInfoCalls } from './syscalls/system.ts';
import type { SystemCall } from './syscalls/system-call.ts';
import { transferCalls } from './syscalls/transfers.ts';
import type { DeviceRule } from './uapi/device-rule.ts';
import { errno } from './uapi/errno.ts';
import { AT_FDCWD, O_RDWR } from './uapi/fcntl.ts';
import type { Register } from './uapi/registers.ts';
import { signals } from './uapi/signal.ts';

export {
  breakpoint,
  memoryAbort,
  returnToUser,
  supervisorCall,
  undefinedInstruction,
} from './arch/arm64/kernel/entry.ts';
export { shareMemory, UserPages } from './arch/arm64/mm/user-pages.ts';
export { openStandardFiles } from './drivers/tty/host-console.ts';
export { installProgram } from './fs/exec.ts';
export { type PickOrder, passIdleTime, RunQueue, roundRobin, shuffled } from './kernel/sched/core.ts';
export { blocked } from './kernel/sched/wait.ts';
export { sendSignal } from './kernel/sigpending.ts';
export { type FileContent, showContent } from './mm/shmem.ts';
export type { SystemCall } from './syscalls/system-call.ts';

/** The calls of arm64 that exist here, group by group. To add some, write a group and name it here. */
const groups: readonly (readonly SystemCall[])[] = [
  fileCalls,
  nameCalls,
  renameCalls,
  attributeCalls,
  descriptorCalls,
  readWriteCalls,
  memoryCalls,
  processCalls,
  pollingCalls,
  transferCalls,
  moduleCalls,
  namespaceCalls,
  statxCalls,
  systemInfoCalls,
];

function tableOf(calls: readonly SystemCall[]): readonly (SystemCall | undefined)[] {
  const table: (SystemCall | undefined)[] = [];
  for (const call of calls) {
    if (table[call.number] !== undefined) throw new Error(`system call ${call.number} is there twice`);
    table[call.number] = call;
  }
  return Array.from(table);
}

/** Every call, by number. */
export const systemCalls: readonly (SystemCall | undefined)[] = tableOf(groups.flat());

const byName = new Map(groups.flat().map((call) => [call.name, call]));

/** A call by its name on arm64. */
export function systemCallNamed(name: string): SystemCall | undefined {
  return byName.get(name);
}

/** Virtual time that a call takes, beside what its work takes: about what a small board needs. */
const callNanoseconds = 1500;

/** How a process reaches the kernel: what tracing wraps. */
export type SystemCallEntry = typeof systemCall;

/**
 * Makes a system call: a value, or a negative errno; `blocked` where the task now waits and the same call
 * must be made again once it has woken. The task may be dead afterwards.
 */
export function systemCall(
  kernel: Kernel,
  task: Task,
  number: number,
  a: Register = 0,
  b: Register = 0,
  c: Register = 0,
  d: Register = 0,
  e: Register = 0,
  f: Register = 0,
): number | bigint {
  if (!task.isAlive) return -errno.ESRCH;
  const call = systemCalls[number];
  kernel.clock.advance(callNanoseconds);
  kernel.tasks.current = task;
  const result =
    call === undefined ? unknownCall(kernel, task, number) : call.handler(kernel, task, a, b, c, d, e, f);
  kernel.timers.catchUp();
  kernel.tasks.current = undefined;
  if (result === blocked) return interrupted(kernel, task, call) ? -errno.EINTR : blocked;
  task.deadline = undefined;
  task.futexWaiter = undefined;
  task.onInterrupted = undefined;
  if (task.signals.hasPending) deliverSignals(kernel, task);
  return result;
}

/** Calls that a signal ends even where its handler was set with SA_RESTART: signal(7). */
const neverRestarted: ReadonlySet<string | undefined> = new Set([
  'nanosleep',
  'clock_nanosleep',
  'ppoll',
  'pselect6',
  'epoll_pwait',
  'rt_sigsuspend',
  'rt_sigtimedwait',
]);

/** Whether a signal that the process handles ends the wait that a call has just begun. */
function interrupted(kernel: Kernel, task: Task, call: SystemCall | undefined): boolean {
  if (!task.signals.interrupts && task.signals.delivered.length === 0) return false;
  task.wake();
  deliverSignals(kernel, task);
  if (task.isAlive && task.signals.delivered.length === 0) return false;
  if (task.isAlive && task.signals.restartsCalls && !neverRestarted.has(call?.name)) return false;
  task.deadline = undefined;
  task.onInterrupted?.();
  task.onInterrupted = undefined;
  task.futexWaiter = undefined;
  return true;
}

function unknownCall(kernel: Kernel, task: Task, number: number): number {
  kernel.log.info(`${task.command}[${task.pid}]: system call ${number} is not modelled`);
  return -errno.ENOSYS;
}

/**
 * Lets virtual time pass until the task has woken; false where nothing that is set to happen would wake it.
 */
export function waitForWake(kernel: Kernel, task: Task): boolean {
  while (task.state === 'blocked') if (!passIdleTime(kernel, [task])) return false;
  return true;
}

/** Starts a process that no other one made: a child of process 1. */
export function spawn(kernel: Kernel, credentials?: Partial<Credentials>, command = 'program'): Task {
  return spawnTask(kernel, completeCredentials(credentials), command);
}

/** Has a cgroup right below the root let its tasks use these devices only: what bpf() does for a container's runtime. */
export function attachDeviceProgram(kernel: Kernel, name: string, rules: readonly DeviceRule[]): void {
  const group = kernel.cgroups.root.children.get(name);
  if (group !== undefined) group.devices = new DeviceAllowances(rules);
}

/** Opens /dev/null as descriptors 0, 1 and 2, as whoever starts a program has them open. */
export function openStandardStreams(kernel: Kernel, task: Task): void {
  while (task.files.numbers.length < 3) {
    if (openAt(kernel, task, AT_FDCWD, '/dev/null', O_RDWR, 0) < 0) return;
  }
}

/** Accesses of a process's own instructions. They fault as hardware does: the signal is sent, false returned. */
export const userMemory = {
  read(kernel: Kernel, task: Task, address: number, target: Uint8Array): boolean {
    if (kernel.coherency.isWatching) kernel.coherency.processReads(task, address, target.length);
    return task.memory.read(address, target, 0, target.length) === 0 || faulted(kernel, task);
  },

  write(kernel: Kernel, task: Task, address: number, source: Uint8Array): boolean {
    if (kernel.coherency.isWatching) kernel.coherency.processWrites(task, address, source.length);
    return task.memory.write(address, source, 0, source.length) === 0 || faulted(kernel, task);
  },

  fill(kernel: Kernel, task: Task, address: number, lengthBytes: number, value: number): boolean {
    if (kernel.coherency.isWatching) kernel.coherency.processWrites(task, address, lengthBytes);
    return task.memory.fill(address, lengthBytes, value) === 0 || faulted(kernel, task);
  },
};

/** Sends a signal; the task finds it in the call that it makes next, or is making. */
export function postSignal(task: Task, signal: number): void {
  sendSignal(task, signal);
}

/** Looks into a process's memory without a fault being its fault; undefined where it cannot be read. */
export function peekMemory(task: Task, address: number, lengthBytes: number): Uint8Array | undefined {
  const bytes = new Uint8Array(lengthBytes);
  return task.memory.read(address, bytes, 0, lengthBytes) === 0 ? bytes : undefined;
}

function faulted(kernel: Kernel, task: Task): false {
  if (task.memory.lastFault === faultNoMemory) oomOnFault(kernel, task);
  else forceSignal(task, task.memory.lastFault === faultBus ? signals.SIGBUS : signals.SIGSEGV);
  deliverSignals(kernel, task);
  return false;
}
