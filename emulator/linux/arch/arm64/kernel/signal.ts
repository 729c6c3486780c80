import type { ThreadRegisters } from '../../../../machine/cpu/arm64/registers.ts';
import {
  alternateStackBytes,
  decodeAlternateStack,
  disarmAlternateStack,
  encodeAlternateStack,
  handlerStackPointer,
  setAlternateStack,
} from '../../../kernel/sigaltstack.ts';
import { encodeSignalInfo, type SignalInfo } from '../../../kernel/signal-info.ts';
import type { SignalAction } from '../../../kernel/sigpending.ts';
import type { Task } from '../../../kernel/task.ts';
import { copyToUser, readUser } from '../../../mm/uaccess.ts';
import { signalReturnOf } from './vdso.ts';

/**
 * Signal frames on the stack of a program of machine code. Plays arch/arm64/kernel/signal.c, all releases. Deviation:
 * no SVE, SME or GCS records.
 */

/** struct rt_sigframe: siginfo, then struct ucontext with struct sigcontext in it. */
const offsets = {
  info: 0,
  context: 128,
  stack: 128 + 16,
  signalMask: 128 + 40,
  machine: 128 + 176,
  reserved: 128 + 176 + 288,
} as const;
const frameSizeBytes = offsets.reserved + 4096;
/** struct sigcontext: fault_address, regs[31], sp, pc, pstate. */
const machine = { faultAddress: 0, registers: 8, stackPointer: 256, pc: 264, state: 272 } as const;
/** struct fpsimd_context. */
const FPSIMD_MAGIC = 0x46508001;
const fpsimdBytes = 528;

const SA_SIGINFO = 4n;
const SA_NODEFER = 0x4000_0000n;
const SA_RESTORER = 0x0400_0000n;

/** What is told about a signal: its number, si_code, and the address of a fault. */
export interface SignalFacts {
  readonly signal: number;
  readonly code: number;
  readonly address: number;
  /** Of a signal that is no fault. */
  readonly info?: SignalInfo | undefined;
}

/** setup_rt_frame(): the handler is what runs next. False where the stack cannot take the frame. */
export function enterHandler(
  task: Task,
  registers: ThreadRegisters,
  action: SignalAction,
  restorer: bigint,
  facts: SignalFacts,
): boolean {
  const stack = Number(handlerStackPointer(task, registers.get(31), action.flags));
  const record = stack - (stack % 16) - 16;
  const frame = record - frameSizeBytes;
  const bytes = frameBytes(task, registers, facts);
  const link = new Uint8Array(16);
  const linkView = new DataView(link.buffer);
  linkView.setBigUint64(0, registers.get(29), true);
  linkView.setBigUint64(8, registers.get(30), true);
  if (frame < 0 || !copyToUser(task, frame, bytes) || !copyToUser(task, record, link)) return false;
  registers.x[0] = BigInt(facts.signal);
  if ((action.flags & SA_SIGINFO) !== 0n) {
    registers.x[1] = BigInt(frame + offsets.info);
    registers.x[2] = BigInt(frame + offsets.context);
  }
  registers.x[31] = BigInt(frame);
  registers.x[29] = BigInt(record);
  registers.x[30] = (action.flags & SA_RESTORER) !== 0n ? restorer : BigInt(signalReturnOf(task));
  registers.pc = Number(action.handler);
  const own = (action.flags & SA_NODEFER) === 0n ? 1n << BigInt(facts.signal - 1) : 0n;
  task.signals.blocked |= action.mask | own;
  disarmAlternateStack(task);
  return true;
}

function frameBytes(task: Task, registers: ThreadRegisters, facts: SignalFacts): Uint8Array {
  const bytes = new Uint8Array(frameSizeBytes);
  const view = new DataView(bytes.buffer);
  if (facts.info !== undefined) bytes.set(encodeSignalInfo({ signal: facts.signal, info: facts.info }));
  else {
    view.setInt32(0, facts.signal, true);
    view.setInt32(8, facts.code, true);
    view.setBigUint64(16, BigInt(facts.address), true);
  }
  bytes.set(encodeAlternateStack(task.alternateStack), offsets.stack);
  view.setBigUint64(offsets.signalMask, task.signals.blocked, true);
  const at = offsets.machine;
  view.setBigUint64(at + machine.faultAddress, BigInt(facts.address), true);
  for (let index = 0; index < 31; index += 1)
    view.setBigUint64(at + machine.registers + 8 * index, registers.get(index), true);
  view.setBigUint64(at + machine.stackPointer, registers.get(31), true);
  view.setBigUint64(at + machine.pc, BigInt(registers.pc), true);
  view.setBigUint64(at + machine.state, BigInt(registers.flags) << 28n, true);
  view.setUint32(offsets.reserved, FPSIMD_MAGIC, true);
  view.setUint32(offsets.reserved + 4, fpsimdBytes, true);
  view.setUint32(offsets.reserved + 8, registers.fpsr, true);
  view.setUint32(offsets.reserved + 12, registers.fpcr, true);
  for (const [index, half] of registers.v64.entries())
    view.setBigUint64(offsets.reserved + 16 + 8 * index, half, true);
  return bytes;
}

/** restore_sigframe(): what the frame at the stack pointer says holds again. False where it cannot be read. */
export function leaveHandler(task: Task, registers: ThreadRegisters): boolean {
  const bytes = readUser(task, Number(registers.get(31)), frameSizeBytes);
  if (typeof bytes === 'number') return false;
  const view = new DataView(bytes.buffer);
  const at = offsets.machine;
  task.signals.blocked = view.getBigUint64(offsets.signalMask, true);
  for (let index = 0; index < 31; index += 1)
    registers.x[index] = view.getBigUint64(at + machine.registers + 8 * index, true);
  registers.x[31] = view.getBigUint64(at + machine.stackPointer, true);
  registers.pc = Number(view.getBigUint64(at + machine.pc, true));
  registers.flags = Number((view.getBigUint64(at + machine.state, true) >> 28n) & 15n);
  if (view.getUint32(offsets.reserved, true) !== FPSIMD_MAGIC) return false;
  registers.fpsr = view.getUint32(offsets.reserved + 8, true);
  registers.fpcr = view.getUint32(offsets.reserved + 12, true);
  for (let index = 0; index < 64; index += 1)
    registers.v64[index] = view.getBigUint64(offsets.reserved + 16 + 8 * index, true);
  const stack = bytes.subarray(offsets.stack, offsets.stack + alternateStackBytes);
  // restore_altstack() does not mind what is wrong with it.
  setAlternateStack(task, decodeAlternateStack(stack), registers.get(31));
  return true;
}
