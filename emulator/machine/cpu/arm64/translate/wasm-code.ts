/** Bytes of WebAssembly: instructions of one function, and the module around it. */

/** Opcodes that are used here, as the specification names them. */
export const op = {
  unreachable: 0x00,
  block: 0x02,
  loop: 0x03,
  if: 0x04,
  else: 0x05,
  end: 0x0b,
  br: 0x0c,
  brIf: 0x0d,
  brTable: 0x0e,
  return: 0x0f,
  call: 0x10,
  drop: 0x1a,
  select: 0x1b,
  localGet: 0x20,
  localSet: 0x21,
  localTee: 0x22,
  i32Load: 0x28,
  i64Load: 0x29,
  i64Load8Signed: 0x30,
  i64Load8: 0x31,
  i64Load16Signed: 0x32,
  i64Load16: 0x33,
  i64Load32Signed: 0x34,
  i64Load32: 0x35,
  i32Store: 0x36,
  i64Store: 0x37,
  f64Store: 0x39,
  f64ConvertI64Unsigned: 0xba,
  i64Store8: 0x3c,
  i64Store16: 0x3d,
  i64Store32: 0x3e,
  i32Const: 0x41,
  i64Const: 0x42,
  f32Const: 0x43,
  f64Const: 0x44,
  i32Eqz: 0x45,
  i32Eq: 0x46,
  i32LeSigned: 0x4c,
  i64Eqz: 0x50,
  i64Eq: 0x51,
  i64Ne: 0x52,
  i64LtSigned: 0x53,
  i64LtUnsigned: 0x54,
  i64GtSigned: 0x55,
  i64GtUnsigned: 0x56,
  i64LeSigned: 0x57,
  i64LeUnsigned: 0x58,
  i64GeSigned: 0x59,
  i64GeUnsigned: 0x5a,
  i32Add: 0x6a,
  i32Sub: 0x6b,
  i32Mul: 0x6c,
  i32And: 0x71,
  i32Or: 0x72,
  i32Shl: 0x74,
  i32ShrUnsigned: 0x76,
  i64Clz: 0x79,
  i64Add: 0x7c,
  i64Sub: 0x7d,
  i64Mul: 0x7e,
  i64DivSigned: 0x7f,
  i64DivUnsigned: 0x80,
  i64And: 0x83,
  i64Or: 0x84,
  i64Xor: 0x85,
  i64Shl: 0x86,
  i64ShrSigned: 0x87,
  i64ShrUnsigned: 0x88,
  i64Rotr: 0x8a,
  i32WrapI64: 0xa7,
  i64ExtendI32Signed: 0xac,
  i64ExtendI32Unsigned: 0xad,
  i64Extend8: 0xc2,
  i64Extend16: 0xc3,
  i64Extend32: 0xc4,
} as const;

/**
 * Instructions on floating-point numbers: [single, double]. Conversions are named by what they make; the integer's width
 * and sign follow.
 */
export const float = {
  load: [0x2a, 0x2b],
  store: [0x38, 0x39],
  equal: [0x5b, 0x61],
  less: [0x5d, 0x63],
  greater: [0x5e, 0x64],
  atMost: [0x5f, 0x65],
  atLeast: [0x60, 0x66],
  absolute: [0x8b, 0x99],
  ceil: [0x8d, 0x9b],
  floor: [0x8e, 0x9c],
  truncate: [0x8f, 0x9d],
  nearest: [0x90, 0x9e],
  squareRoot: [0x91, 0x9f],
  negate: [0x8c, 0x9a],
  add: [0x92, 0xa0],
  subtract: [0x93, 0xa1],
  multiply: [0x94, 0xa2],
  divide: [0x95, 0xa3],
  fromI32Signed: [0xb2, 0xb7],
  fromI32Unsigned: [0xb3, 0xb8],
  fromI64Signed: [0xb4, 0xb9],
  fromI64Unsigned: [0xb5, 0xba],
  toI32Signed: [0xa8, 0xaa],
  toI32Unsigned: [0xa9, 0xab],
  toI64Signed: [0xae, 0xb0],
  toI64Unsigned: [0xaf, 0xb1],
  demote: 0xb6,
  promote: 0xbb,
} as const;

export const type = { i32: 0x7f, i64: 0x7e, f32: 0x7d, f64: 0x7c, none: 0x40, function: 0x60 } as const;

function unsigned(bytes: number[], value: number): void {
  let left = value;
  while (left > 127) {
    bytes.push((left & 127) | 128);
    left = Math.floor(left / 128);
  }
  bytes.push(left);
}

function signed(bytes: number[], value: bigint): void {
  let left = value;
  for (;;) {
    const low = Number(left & 127n);
    left >>= 7n;
    if ((left === 0n && (low & 64) === 0) || (left === -1n && (low & 64) !== 0)) {
      bytes.push(low);
      return;
    }
    bytes.push(low | 128);
  }
}

/** Instructions, written one after the other. */
export class WasmCode {
  readonly bytes: number[] = [];

  emit(...opcodes: readonly number[]): this {
    this.bytes.push(...opcodes);
    return this;
  }

  /** An instruction with an index behind it. */
  index(opcode: number, index: number): this {
    this.bytes.push(opcode);
    unsigned(this.bytes, index);
    return this;
  }

  get(local: number): this {
    return this.index(op.localGet, local);
  }

  set(local: number): this {
    return this.index(op.localSet, local);
  }

  tee(local: number): this {
    return this.index(op.localTee, local);
  }

  i32(value: number): this {
    this.bytes.push(op.i32Const);
    signed(this.bytes, BigInt(value | 0));
    return this;
  }

  i64(value: bigint): this {
    this.bytes.push(op.i64Const);
    signed(this.bytes, BigInt.asIntN(64, value));
    return this;
  }

  f64(value: number): this {
    this.bytes.push(op.f64Const, ...new Uint8Array(Float64Array.of(value).buffer));
    return this;
  }

  f32(value: number): this {
    this.bytes.push(op.f32Const, ...new Uint8Array(Float32Array.of(value).buffer));
    return this;
  }

  /** What stands behind a vector load or store: no alignment promised, and an offset. */
  memoryArgument(offset: number): this {
    this.bytes.push(0);
    unsigned(this.bytes, offset);
    return this;
  }

  /** A load or store at an offset from the address on the stack; alignment is not promised. */
  memory(opcode: number, offset: number): this {
    this.bytes.push(opcode, 0);
    unsigned(this.bytes, offset);
    return this;
  }

  /** `br_table` with a default. */
  table(targets: readonly number[], otherwise: number): this {
    this.bytes.push(op.brTable);
    unsigned(this.bytes, targets.length);
    for (const target of [...targets, otherwise]) unsigned(this.bytes, target);
    return this;
  }

  append(other: WasmCode): this {
    for (const byte of other.bytes) this.bytes.push(byte);
    return this;
  }
}

/** A function that the module takes from outside. */
export interface ImportedFunction {
  readonly name: string;
  readonly parameters: readonly number[];
  readonly results: readonly number[];
}

/** Locals of one type, in a row. */
export interface LocalGroup {
  readonly count: number;
  readonly type: number;
}

const text = new TextEncoder();

function name(value: string): number[] {
  const encoded = text.encode(value);
  const bytes: number[] = [];
  unsigned(bytes, encoded.length);
  return [...bytes, ...encoded];
}

function section(into: number[], id: number, entries: readonly (readonly number[])[]): void {
  const body: number[] = [];
  unsigned(body, entries.length);
  for (const entry of entries) for (const byte of entry) body.push(byte);
  into.push(id);
  unsigned(into, body.length);
  for (const byte of body) into.push(byte);
}

/** A module with one exported function `run` without parameters, a shared memory and imported functions. */
export function wasmModule(
  imports: readonly ImportedFunction[],
  locals: readonly LocalGroup[],
  code: WasmCode,
): Uint8Array<ArrayBuffer> {
  const bytes: number[] = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0];
  const types = [
    [type.function, 0, 0],
    ...imports.map(({ parameters, results }) => [
      type.function,
      parameters.length,
      ...parameters,
      results.length,
      ...results,
    ]),
  ];
  section(bytes, 1, types);
  const sharedMemory = [...name('m'), ...name('memory'), 2, 3, 1];
  unsigned(sharedMemory, 65536);
  const functions = imports.map((one, index) => [...name('m'), ...name(one.name), 0, index + 1]);
  section(bytes, 2, [sharedMemory, ...functions]);
  section(bytes, 3, [[0]]);
  section(bytes, 7, [[...name('run'), 0, imports.length]]);
  const body: number[] = [];
  unsigned(body, locals.length);
  for (const group of locals) {
    unsigned(body, group.count);
    body.push(group.type);
  }
  for (const byte of code.bytes) body.push(byte);
  body.push(op.end);
  const sized: number[] = [];
  unsigned(sized, body.length);
  for (const byte of body) sized.push(byte);
  section(bytes, 10, [sized]);
  return new Uint8Array(bytes);
}
