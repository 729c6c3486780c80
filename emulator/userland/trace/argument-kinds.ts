import { AT_FDCWD } from '../../linux/uapi/fcntl.ts';
import { asInt32, asSize, asUint32, asUnsigned64, type Register } from '../../linux/uapi/registers.ts';
import { type FlagWords, flagText, flagValue } from './flag-words.ts';
import { bytesFromTrace, bytesToTrace, isRecord, numberOf, type TraceValue, traceNumber } from './value.ts';

/** What a reader of arguments is given: the registers, and memory as it is at that moment. */
export interface ReadContext {
  readonly registers: readonly Register[];
  /** Bytes of the process's memory; undefined where they cannot be read. */
  peek(address: number, lengthBytes: number): Uint8Array | undefined;
  /** The call's result, once it is there. */
  readonly result: number | bigint;
}

/** What a writer of arguments is given: names of the trace as they are now, and room in memory. */
export interface WriteContext {
  fd(recorded: number): number;
  pid(recorded: number): number;
  address(recorded: bigint): Register;
  push(bytes: Uint8Array): number;
  /** The argument that stands at an index of the recorded call. */
  argument(index: number): TraceValue | undefined;
}

/** How an argument is read from its register and memory, shown as strace shows it, and made again. */
export interface ArgumentKind {
  read(context: ReadContext, index: number): TraceValue;
  /** What a call that succeeded has left behind the argument. */
  readBack?(context: ReadContext, index: number): TraceValue | undefined;
  show(value: TraceValue, out: TraceValue | undefined): string;
  write(value: TraceValue, context: WriteContext): Register;
}

const hex = (value: TraceValue): string => {
  const number = numberOf(value);
  if (number === undefined) return String(value);
  return number === 0n ? 'NULL' : `0x${BigInt.asUintN(64, number).toString(16)}`;
};

const register = (context: ReadContext, index: number): Register => context.registers[index] ?? 0;

/** A number as a register; what is none is 0. */
function plainRegister(value: TraceValue): Register {
  const number = numberOf(value) ?? 0n;
  return number >= -(2n ** 53n) && number <= 2n ** 53n ? Number(number) : number;
}

/** Any number that means itself. */
export const int: ArgumentKind = {
  read: (context, index) => asInt32(register(context, index)),
  show: String,
  write: plainRegister,
};

export const size: ArgumentKind = {
  read: (context, index) => traceNumber(asUnsigned64(register(context, index))),
  show: String,
  write: plainRegister,
};

export const octal: ArgumentKind = {
  read: (context, index) => asUint32(register(context, index)),
  show: (value) => `0${Number(value).toString(8)}`,
  write: plainRegister,
};

/** An address of nothing that the trace knows: shown, and 0 where it is made again. */
export const pointer: ArgumentKind = {
  read: (context, index) => traceNumber(asUnsigned64(register(context, index))),
  show: hex,
  write: () => 0,
};

/** An address within a mapping. */
export const address: ArgumentKind = {
  ...pointer,
  write: (value, context) => context.address(numberOf(value) ?? 0n),
};

export const fd: ArgumentKind = {
  read: (context, index) => asInt32(register(context, index)),
  show: String,
  write: (value, context) => context.fd(Number(numberOf(value) ?? -1n)),
};

export const directoryFd: ArgumentKind = {
  read: (context, index) => {
    const number = asInt32(register(context, index));
    return number === AT_FDCWD ? 'AT_FDCWD' : number;
  },
  show: String,
  write: (value, context) => (value === 'AT_FDCWD' ? AT_FDCWD : fd.write(value, context)),
};

export const pid: ArgumentKind = {
  ...int,
  write: (value, context) => context.pid(Number(numberOf(value) ?? 0n)),
};

export function words(flags: FlagWords): ArgumentKind {
  return {
    read: (context, index) => flagText(flags, asInt32(register(context, index))),
    show: String,
    write: (value) => flagValue(flags, String(value)) ?? 0,
  };
}

/** Text with quotes and escapes, as strace writes it. */
export function quoted(text: string, limit = 4096): string {
  const bytes = bytesFromTrace(text);
  let shown = '';
  for (const byte of bytes.subarray(0, limit)) {
    if (byte === 0x0a) shown += '\\n';
    else if (byte === 0x09) shown += '\\t';
    else if (byte === 0x22 || byte === 0x5c) shown += `\\${String.fromCharCode(byte)}`;
    else if (byte >= 0x20 && byte < 0x7f) shown += String.fromCharCode(byte);
    else shown += `\\${byte.toString(8)}`;
  }
  return `"${shown}"${bytes.length > limit ? '...' : ''}`;
}

const decoder = new TextDecoder();

function stringAt(context: ReadContext, at: number, limit: number): string | undefined {
  const parts: number[] = [];
  while (parts.length < limit) {
    const [byte] = context.peek(at + parts.length, 1) ?? [];
    if (byte === undefined) return undefined;
    if (byte === 0) return decoder.decode(Uint8Array.from(parts));
    parts.push(byte);
  }
  return decoder.decode(Uint8Array.from(parts));
}

/** A string with its NUL. One that cannot be read is its address. */
export const path: ArgumentKind = {
  read: (context, index) => {
    const at = asSize(register(context, index));
    const text = stringAt(context, at, 4096);
    return text === undefined ? { at: traceNumber(at) } : text;
  },
  show: (value) => (typeof value === 'string' ? quoted(value) : unreadable(value)),
  write: (value, context) =>
    typeof value === 'string' ? context.push(new TextEncoder().encode(`${value}\0`)) : badAddress(value),
};

function unreadable(value: TraceValue): string {
  return isRecord(value) ? hex(value.at ?? 0) : hex(value);
}

/** Where a string could not be read, a call with the same address cannot either. */
function badAddress(value: TraceValue): Register {
  return isRecord(value) ? plainRegister(value.at ?? 0) : 0;
}

/** The most of a buffer that a trace keeps. */
const keptBytes = 4096;

/** Bytes that go into the kernel; their count is another argument. */
export function bytesIn(countIndex: number): ArgumentKind {
  return {
    read: (context, index) => {
      const count = Math.min(asSize(register(context, countIndex)), keptBytes);
      const at = asSize(register(context, index));
      const bytes = context.peek(at, count);
      return bytes === undefined ? { at: traceNumber(at) } : bytesToTrace(bytes);
    },
    show: (value) => (typeof value === 'string' ? quoted(value, 32) : unreadable(value)),
    write: (value, context) => {
      if (typeof value !== 'string') return badAddress(value);
      const count = Number(numberOf(context.argument(countIndex)) ?? 0n);
      const bytes = new Uint8Array(Math.max(0, Math.min(count, 2 * keptBytes)));
      bytes.set(bytesFromTrace(value).subarray(0, bytes.length));
      return context.push(bytes);
    },
  };
}

/** Room that the kernel fills: as many bytes as the call's result says. */
export function bytesOut(countIndex: number): ArgumentKind {
  return {
    ...pointer,
    readBack: (context, index) => {
      const count = Math.min(Number(context.result), keptBytes);
      const bytes = context.peek(asSize(register(context, index)), count);
      return bytes === undefined ? undefined : bytesToTrace(bytes);
    },
    show: (value, out) => (typeof out === 'string' ? quoted(out, 32) : hex(value)),
    write: (_value, context) => {
      const count = Number(numberOf(context.argument(countIndex)) ?? 0n);
      return context.push(new Uint8Array(Math.max(0, Math.min(count, 32768))));
    },
  };
}

/** Room of a fixed size that the kernel fills; `decode` says what is worth keeping. */
export function structOut(sizeBytes: number, decode: (bytes: Uint8Array) => TraceValue): ArgumentKind {
  return {
    ...pointer,
    readBack: (context, index) => {
      const at = asSize(register(context, index));
      const bytes = at === 0 ? undefined : context.peek(at, sizeBytes);
      return bytes === undefined ? undefined : decode(bytes);
    },
    show: (value, out) => (out === undefined ? hex(value) : showStruct(out)),
    write: (value, context) => (numberOf(value) === 0n ? 0 : context.push(new Uint8Array(sizeBytes))),
  };
}

/** `{a=1, b=2}`, `[3, 4]` */
export function showStruct(value: TraceValue): string {
  if (Array.isArray(value)) return `[${value.map(showStruct).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    return `{${Object.entries(value)
      .map(([name, part]) => `${name}=${showStruct(part)}`)
      .join(', ')}}`;
  }
  return String(value);
}
