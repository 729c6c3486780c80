import { ioctlNumber } from '../../linux/uapi/ioctl.ts';
import { asSize, asUint32, asUnsigned64, type Register } from '../../linux/uapi/registers.ts';
import { type ArgumentKind, quoted, type ReadContext, type WriteContext } from './argument-kinds.ts';
import { flagText, flagValue } from './flag-words.ts';
import { type IoctlFacts, type IoctlField, ioctlByName, ioctlByNumber } from './ioctls.ts';
import { bytesFromTrace, bytesToTrace, isRecord, numberOf, type TraceValue, traceNumber } from './value.ts';

/** The request and the argument of ioctl(). */

const decoder = new TextDecoder();

/** `_IOC(_IOC_READ|_IOC_WRITE, 0x48, 0, 0x18)`, as strace shows what it does not know. */
function rawName(request: number): string {
  const directions = ['_IOC_NONE', '_IOC_WRITE', '_IOC_READ', '_IOC_READ|_IOC_WRITE'];
  const part = (shift: number, mask: number) => `0x${((request >>> shift) & mask).toString(16)}`;
  return `_IOC(${directions[request >>> 30]}, ${part(8, 0xff)}, ${part(0, 0xff)}, ${part(16, 0x3fff)})`;
}

/** The number of a request by its name, `_IOC(…)` or number; undefined where it is none of these. */
export function requestNumber(text: TraceValue | undefined): number | undefined {
  const number = numberOf(text);
  if (number !== undefined) return Number(BigInt.asUintN(32, number));
  if (typeof text !== 'string') return undefined;
  const known = ioctlByName(text);
  if (known !== undefined) return known.request;
  const [, direction, type, nr, size] = /^_IOC\(([^,]+), *([^,]+), *([^,]+), *([^,)]+)\)$/.exec(text) ?? [];
  if (direction === undefined) return undefined;
  const bits = (direction.includes('_IOC_WRITE') ? 1 : 0) | (direction.includes('_IOC_READ') ? 2 : 0);
  return ioctlNumber(bits, Number(type), Number(nr), Number(size));
}

export const ioctlRequest: ArgumentKind = {
  read: ({ registers }, index) => {
    const request = asUint32(registers[index] ?? 0);
    return ioctlByNumber(request)?.name ?? rawName(request);
  },
  show: String,
  write: (value) => requestNumber(value) ?? 0,
};

function readField(bytes: Uint8Array, field: IoctlField): TraceValue {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (field.type === 'text32')
    return decoder.decode(bytes.subarray(field.offset, field.offset + 32)).replace(/\0.*$/s, '');
  const value =
    field.type === 'u64'
      ? view.getBigUint64(field.offset, true)
      : BigInt(field.type === 's32' ? view.getInt32(field.offset, true) : view.getUint32(field.offset, true));
  if (field.words !== undefined && value <= 0x7fff_ffffn) return flagText(field.words, Number(value));
  return traceNumber(value);
}

function writeField(bytes: Uint8Array, field: IoctlField, value: TraceValue, context: WriteContext): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (field.type === 'text32') {
    bytes.set(new TextEncoder().encode(String(value)).subarray(0, 31), field.offset);
    return;
  }
  const inWords = field.words === undefined ? undefined : flagValue(field.words, String(value));
  const number = inWords === undefined ? (numberOf(value) ?? 0n) : BigInt(inWords);
  const final =
    field.isFd === true && field.direction !== 'out' ? BigInt(context.fd(Number(number))) : number;
  if (field.type === 'u64') view.setBigUint64(field.offset, BigInt.asUintN(64, final), true);
  else view.setUint32(field.offset, Number(BigInt.asUintN(32, final)), true);
}

/** What is put in; fields that only come back are there where they were not empty. */
function readStruct(bytes: Uint8Array, facts: IoctlFacts): TraceValue {
  const entries = facts.fields.flatMap((field): readonly (readonly [string, TraceValue])[] => {
    const value = readField(bytes, field);
    const isEmptyRoom = field.direction === 'out' && (value === 0 || value === '');
    return isEmptyRoom ? [] : [[field.name, value]];
  });
  const items = facts.name === 'UDMABUF_CREATE_LIST' ? bytes.subarray(facts.sizeBytes) : undefined;
  return Object.fromEntries(items === undefined ? entries : [...entries, ['list', bytesToTrace(items)]]);
}

/** struct udmabuf_create_list ends in as many items as its head says. */
function structBytes(facts: IoctlFacts, at: number, context: ReadContext): Uint8Array | undefined {
  const head = context.peek(at, facts.sizeBytes);
  if (head === undefined || facts.name !== 'UDMABUF_CREATE_LIST') return head;
  const count = new DataView(head.buffer).getUint32(4, true);
  return count > 1024 ? head : context.peek(at, facts.sizeBytes + count * 24);
}

function readArgument(context: ReadContext, facts: IoctlFacts | undefined, raw: Register): TraceValue {
  const at = asSize(raw);
  if (facts?.argument === 'struct') {
    const bytes = structBytes(facts, at, context);
    return bytes === undefined ? traceNumber(asUnsigned64(raw)) : readStruct(bytes, facts);
  }
  if (facts?.argument === 'name') {
    const bytes = context.peek(at, facts.sizeBytes) ?? context.peek(at, 1);
    if (bytes === undefined) return traceNumber(asUnsigned64(raw));
    const end = bytes.indexOf(0);
    return { name: bytesToTrace(end < 0 ? bytes : bytes.subarray(0, end)) };
  }
  const request = asUint32(context.registers[1] ?? 0);
  const unknown = facts === undefined && (request >>> 16) % 0x4000 > 0;
  const bytes = unknown ? context.peek(at, (request >>> 16) % 0x4000) : undefined;
  return bytes === undefined ? traceNumber(asUnsigned64(raw)) : { bytes: bytesToTrace(bytes) };
}

export const ioctlArgument: ArgumentKind = {
  read: (context, index) => {
    const facts = ioctlByNumber(asUint32(context.registers[1] ?? 0));
    return readArgument(context, facts, context.registers[index] ?? 0);
  },

  readBack: (context, index) => {
    const facts = ioctlByNumber(asUint32(context.registers[1] ?? 0));
    const out = facts?.fields.filter((field) => field.direction === 'out') ?? [];
    if (facts === undefined || out.length === 0) return undefined;
    const bytes = context.peek(asSize(context.registers[index] ?? 0), facts.sizeBytes);
    if (bytes === undefined) return undefined;
    return Object.fromEntries(out.map((field) => [field.name, readField(bytes, field)]));
  },

  show: (value, out) => {
    if (!isRecord(value)) {
      const number = numberOf(value) ?? 0n;
      return number === 0n ? '0' : `0x${BigInt.asUintN(64, number).toString(16)}`;
    }
    if (typeof value.name === 'string' && Object.keys(value).length === 1) return quoted(value.name);
    if (typeof value.bytes === 'string') return quoted(value.bytes, 32);
    const fields = Object.entries(value).map(([name, part]) => `${name}=${String(part)}`);
    const back = isRecord(out) ? Object.entries(out).map(([name, part]) => `${name}=${String(part)}`) : [];
    return `{${fields.join(', ')}${back.length === 0 ? '' : ` => ${back.join(', ')}`}}`;
  },

  write: (value, context) => {
    const request = requestNumber(context.argument(1)) ?? 0;
    const facts = ioctlByNumber(request);
    if (!isRecord(value)) return context.address(numberOf(value) ?? 0n);
    if (facts?.argument === 'name') return context.push(withEnd(bytesFromTrace(String(value.name ?? ''))));
    if (facts === undefined) return context.push(bytesFromTrace(String(value.bytes ?? '')));
    const list =
      typeof value.list === 'string' ? listItems(bytesFromTrace(value.list), context) : new Uint8Array(0);
    const bytes = new Uint8Array(facts.sizeBytes + list.length);
    for (const field of facts.fields) {
      const given = value[field.name];
      if (given !== undefined) writeField(bytes, field, given, context);
    }
    bytes.set(list, facts.sizeBytes);
    return context.push(bytes);
  },
};

function withEnd(bytes: Uint8Array): Uint8Array {
  const whole = new Uint8Array(bytes.length + 1);
  whole.set(bytes);
  return whole;
}

/** The items of a list, with the descriptors of now. */
function listItems(bytes: Uint8Array, context: WriteContext): Uint8Array {
  const items = Uint8Array.from(bytes);
  const view = new DataView(items.buffer);
  for (let at = 0; at + 24 <= items.length; at += 24)
    view.setInt32(at, context.fd(view.getInt32(at, true)), true);
  return items;
}
