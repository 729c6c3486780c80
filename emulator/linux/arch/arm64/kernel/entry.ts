import { faultUnaligned, faultUnalignedCode } from '../../../../machine/cpu/arm64/faults.ts';
import type { GuestFault } from '../../../../machine/cpu/arm64/memory.ts';
import type { ThreadRegisters } from '../../../../machine/cpu/arm64/registers.ts';
import type { Kernel } from '../../../init/kernel.ts';
import { blocked } from '../../../kernel/sched/wait.ts';
import { deliverSignals, forceSignal } from '../../../kernel/signal.ts';
import { sendSignal } from '../../../kernel/sigpending.ts';
import type { Task } from '../../../kernel/task.ts';
import { faultBus, faultNoMemory, faultProtection } from '../../../mm/address-space.ts';
import type { Register } from '../../../uapi/registers.ts';
import { signals } from '../../../uapi/signal.ts';
import { enterHandler, type SignalFacts } from './signal.ts';

/** The ways from user space into the kernel and back. Plays arch/arm64/kernel/entry-common.c, traps.c and mm/fault.c. */

/** How a system call is made: the table, or what tracing puts in its place. */
export type CallEntry = (
  kernel: Kernel,
  task: Task,
  number: number,
  a: Register,
  b: Register,
  c: Register,
  d: Register,
  e: Register,
  f: Register,
) => number | bigint;

const supervisorCallBytes = 4;

/**
 * el0_svc(): makes the system call that the registers ask for, behind its instruction. `waits` where the same call is to
 * be made again once the task is awake.
 */
export function supervisorCall(kernel: Kernel, task: Task, enter: CallEntry): 'done' | 'waits' {
  const { registers } = task;
  if (registers === undefined) throw new Error(`task ${task.pid} has no registers`);
  const number = Number(registers.get(8) & 0xffff_ffffn);
  const [a, b, c, d, e, f] = registers.x;
  const result = enter(kernel, task, number, a ?? 0n, b ?? 0n, c ?? 0n, d ?? 0n, e ?? 0n, f ?? 0n);
  if (result === blocked) {
    if (task.state === 'blocked') return 'waits';
    // A handler runs first, and returns to the instruction that makes the call.
    registers.pc -= supervisorCallBytes;
  } else if (task.registers === registers) {
    registers.x[0] = BigInt.asUintN(64, BigInt(result));
  }
  returnToUser(kernel, task);
  return 'done';
}

/** do_notify_resume(): signals that came meanwhile. */
export function returnToUser(kernel: Kernel, task: Task, fault?: SignalFacts): void {
  if (task.isAlive && task.signals.hasPending) deliverSignals(kernel, task);
  const { registers } = task;
  if (registers === undefined) return;
  for (const signal of task.signals.delivered.splice(0)) {
    if (!task.isAlive) return;
    const info = task.signals.deliveredWith.get(signal)?.info;
    const facts = fault?.signal === signal ? fault : { signal, code: info?.code ?? 0, address: 0, info };
    callHandler(kernel, task, registers, facts);
  }
}

function callHandler(kernel: Kernel, task: Task, registers: ThreadRegisters, facts: SignalFacts): void {
  const own = task.signals;
  const action = own.deliveredWith.get(facts.signal)?.action ?? own.action(facts.signal);
  if (enterHandler(task, registers, action, action.restorer ?? 0n, facts)) return;
  own.setAction(signals.SIGSEGV, { disposition: 'default', handler: 0n, flags: 0n, mask: 0n });
  forceSignal(task, signals.SIGSEGV);
  deliverSignals(kernel, task);
}

const SEGV_MAPERR = 1;
const SEGV_ACCERR = 2;
const BUS_ADRALN = 1;
const BUS_ADRERR = 2;
const ILL_ILLOPC = 1;
const TRAP_BRKPT = 1;

function raise(kernel: Kernel, task: Task, facts: SignalFacts): void {
  forceSignal(task, facts.signal);
  returnToUser(kernel, task, facts);
}

/** do_mem_abort(): what an access that failed sends. */
export function memoryAbort(kernel: Kernel, task: Task, { address, reason }: GuestFault): void {
  if (reason === faultNoMemory) sendSignal(task, signals.SIGKILL);
  const isAlignment = reason === faultUnaligned || reason === faultUnalignedCode;
  if (isAlignment) raise(kernel, task, { signal: signals.SIGBUS, code: BUS_ADRALN, address });
  else if (reason === faultBus) raise(kernel, task, { signal: signals.SIGBUS, code: BUS_ADRERR, address });
  else {
    const code = reason === faultProtection ? SEGV_ACCERR : SEGV_MAPERR;
    raise(kernel, task, { signal: signals.SIGSEGV, code, address });
  }
}

/** do_el0_undef() */
export function undefinedInstruction(kernel: Kernel, task: Task, word: number): void {
  const pc = task.registers?.pc ?? 0;
  const at = `0x${pc.toString(16)}`;
  const instruction = word.toString(16).padStart(8, '0');
  kernel.log.info(`${task.command}[${task.pid}]: undefined instruction: pc=${at}, code=${instruction}`);
  raise(kernel, task, { signal: signals.SIGILL, code: ILL_ILLOPC, address: pc });
}

/** brk_handler() without a debugger. */
export function breakpoint(kernel: Kernel, task: Task): void {
  raise(kernel, task, { signal: signals.SIGTRAP, code: TRAP_BRKPT, address: task.registers?.pc ?? 0 });
}
