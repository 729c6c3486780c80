import { places } from './arena.ts';
import type { Host } from './host.ts';
import type { HostRegister } from './library.ts';

/** Requests, options and events of ptrace: include/uapi/linux/ptrace.h. */
export const ptraceRequests = {
  cont: 7,
  detach: 17,
  syscall: 24,
  getEventMessage: 0x4201,
  getRegisters: 0x4204,
  setRegisters: 0x4205,
  setOptions: 0x4200,
  seize: 0x4206,
  listen: 0x4208,
  getCallInfo: 0x420e,
} as const;

export const ptraceOptions = {
  markCalls: 1,
  fork: 2,
  vfork: 4,
  clone: 8,
  exec: 0x10,
  exit: 0x40,
  seccomp: 0x80,
  dieWithTracer: 0x100000,
} as const;

export const ptraceEvents = { exec: 4, exit: 6, seccomp: 7, stop: 128 } as const;

const generalRegisters = 1;
const callNumberRegister = 0x404;
/** Of struct ptrace_syscall_info. */
const callEntry = 1;
const waitAll = 0x40000000;

/** What a stopped program stands at. */
export interface Stop {
  readonly word: number;
  /** The signal that stopped it. */
  readonly signal: number;
  /** PTRACE_EVENT_*, or 0. */
  readonly event: number;
  /** At the beginning or the end of a call. */
  readonly isCall: boolean;
}

/** Reads the status word of something that stopped; undefined where it ended instead. */
export function decodeStop(word: number): Stop | undefined {
  if ((word & 0xff) !== 0x7f) return undefined;
  const signal = (word >> 8) & 0xff;
  return { word, signal: signal & 0x7f, event: word >>> 16, isCall: signal === (5 | 0x80) };
}

/** Waits until a thread stops; undefined where it ended. */
export type StopWait = (tid: number) => Stop | undefined;

function waitForOne(host: Host, tid: number): Stop | undefined {
  const ended = host.wait(tid, waitAll);
  return ended === undefined ? undefined : decodeStop(ended.word);
}

/** A thread that this process traces, while it is stopped. */
export class Tracee {
  readonly #host: Host;
  readonly #wait: StopWait;
  readonly tid: number;
  /** Signals that came while it made a call of ours: they are sent again after that. */
  readonly deferredSignals: number[] = [];

  /** `wait` is how its next stop is come by; where it is the only one that is traced, nothing else can come. */
  constructor(host: Host, tid: number, wait: StopWait = (tid) => waitForOne(host, tid)) {
    this.#host = host;
    this.#wait = wait;
    this.tid = tid;
  }

  request(request: number, address: HostRegister = 0, data: HostRegister = 0): number {
    return this.#host.call('ptrace', request, this.tid, address, data);
  }

  /** Lets it run to its next call's beginning or end. */
  toNextCall(signal = 0): number {
    return this.request(ptraceRequests.syscall, 0, signal);
  }

  run(signal = 0): number {
    return this.request(ptraceRequests.cont, 0, signal);
  }

  /** Waits until it stops; undefined where it ended. */
  waitForStop(): Stop | undefined {
    return this.#wait(this.tid);
  }

  /** Whether it is at the beginning of a call, which one, and with what. */
  callAtEntry(): number | undefined {
    const { arena } = this.#host;
    const size = 88;
    if (this.request(ptraceRequests.getCallInfo, size, arena.at(places.callInfo)) < 0) return undefined;
    if (arena.view.getUint8(places.callInfo) !== callEntry) return undefined;
    return Number(arena.register(places.callInfo + 24));
  }

  /** All registers, as bytes of their own. */
  registers(): Uint8Array {
    const { arena, architecture } = this.#host;
    const { sizeBytes } = architecture.registers;
    this.#describe(places.registers, sizeBytes);
    this.request(ptraceRequests.getRegisters, generalRegisters, arena.at(places.registerVector));
    return arena.bytes.slice(places.registers, places.registers + sizeBytes);
  }

  setRegisters(registers: Uint8Array): void {
    const { arena } = this.#host;
    arena.bytes.set(registers, places.registers);
    this.#describe(places.registers, registers.length);
    this.request(ptraceRequests.setRegisters, generalRegisters, arena.at(places.registerVector));
  }

  #describe(offset: number, length: number): void {
    const { arena } = this.#host;
    arena.setRegister(places.registerVector, arena.at(offset));
    arena.setRegister(places.registerVector + 8, length);
  }

  /** The call's arguments. */
  argumentsOf(registers: Uint8Array): readonly HostRegister[] {
    const view = new DataView(registers.buffer, registers.byteOffset);
    return this.#host.architecture.registers.argumentsAt.map((offset) => exact(view, offset));
  }

  stackPointer(registers: Uint8Array): number {
    const view = new DataView(registers.buffer, registers.byteOffset);
    return Number(view.getBigUint64(this.#host.architecture.registers.stackAt, true));
  }

  /** Puts another call in the place of the one that it is about to make; -1 makes none. */
  replaceCall(registers: Uint8Array, number: number, values: readonly HostRegister[] = []): void {
    const { argumentsAt, numberAt } = this.#host.architecture.registers;
    const changed = registers.slice();
    const view = new DataView(changed.buffer);
    values.forEach((value, index) => {
      const offset = argumentsAt[index];
      if (offset !== undefined) view.setBigUint64(offset, BigInt.asUintN(64, BigInt(value)), true);
    });
    if (numberAt !== undefined) view.setBigUint64(numberAt, BigInt.asUintN(64, BigInt(number)), true);
    this.setRegisters(changed);
    if (numberAt === undefined) this.#setCallNumber(number);
  }

  /** Of processors on which the number has a register set of its own. */
  #setCallNumber(number: number): void {
    const { arena } = this.#host;
    arena.view.setInt32(places.word, number, true);
    this.#describe(places.word, 4);
    this.request(ptraceRequests.setRegisters, callNumberRegister, arena.at(places.registerVector));
  }

  /** Gives the result of a call that is not to be made. */
  answerCall(registers: Uint8Array, result: number): void {
    const { numberAt, resultAt } = this.#host.architecture.registers;
    const changed = registers.slice();
    const view = new DataView(changed.buffer);
    if (numberAt !== undefined) view.setBigInt64(numberAt, -1n, true);
    else this.#setCallNumber(-1);
    view.setBigInt64(resultAt, BigInt(result), true);
    this.setRegisters(changed);
  }

  /** Has it make another call in place of the present one, and stops it at that call's end: its result. */
  runInstead(registers: Uint8Array, number: number, values: readonly HostRegister[]): number | undefined {
    this.replaceCall(registers, number, values);
    if (!this.#toCall()) return undefined;
    const after = this.registers();
    return Number(new DataView(after.buffer).getBigInt64(this.#host.architecture.registers.resultAt, true));
  }

  /** From a call's end, has the program begin the call of `registers` anew, and stops it at its beginning. */
  beginAnew(registers: Uint8Array, number: number): boolean {
    this.rewind(registers, number);
    return this.#toCall();
  }

  /** Runs on to a call's beginning or end; false where it ended. The filter's own stops are passed over. */
  #toCall(): boolean {
    for (;;) {
      this.toNextCall();
      const stop = this.waitForStop();
      if (stop === undefined) return false;
      if (stop.isCall) return true;
      if (stop.event === 0) this.deferredSignals.push(stop.signal);
    }
  }

  /** Sets the registers so that the next instruction is the call again. */
  rewind(registers: Uint8Array, number: number): void {
    const { numberAt, restartNumberAt, instructionAt, callBytes } = this.#host.architecture.registers;
    const changed = registers.slice();
    const view = new DataView(changed.buffer);
    view.setBigUint64(restartNumberAt, BigInt(number), true);
    if (numberAt !== undefined) view.setBigInt64(numberAt, -1n, true);
    view.setBigUint64(instructionAt, view.getBigUint64(instructionAt, true) - BigInt(callBytes), true);
    this.setRegisters(changed);
  }
}

function exact(view: DataView, offset: number): HostRegister {
  const high = view.getUint32(offset + 4, true);
  if (high >= 0x200000) return view.getBigUint64(offset, true);
  return high * 0x1_0000_0000 + view.getUint32(offset, true);
}
