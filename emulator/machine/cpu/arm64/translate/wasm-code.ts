/** Bytes of WebAssembly: instructions of functions, and the module around them. */

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
  callIndirect: 0x11,
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

export const type = {
  i32: 0x7f,
  i64: 0x7e,
  f32: 0x7d,
  f64: 0x7c,
  none: 0x40,
  function: 0x60,
  functionReference: 0x70,
} as const;

const scratch = new DataView(new ArrayBuffer(8));
const firstCapacity = 4096;

/** Bytes of WebAssembly, written one after the other. */
export class WasmCode {
  #bytes = new Uint8Array(firstCapacity);
  #length = 0;
  #depth = 0;

  /** Blocks, loops and conditions that are open. */
  get depth(): number {
    return this.#depth;
  }

  get length(): number {
    return this.#length;
  }

  /** What was written so far; stays valid until more is written. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#length);
  }

  /** Forgets what was written, and keeps the room for it. */
  clear(): void {
    this.#length = 0;
    this.#depth = 0;
  }

  #room(count: number): void {
    if (this.#length + count <= this.#bytes.length) return;
    const larger = new Uint8Array(2 * (this.#length + count));
    larger.set(this.#bytes);
    this.#bytes = larger;
  }

  byte(value: number): this {
    if (this.#length === this.#bytes.length) this.#room(1);
    this.#bytes[this.#length] = value;
    this.#length += 1;
    return this;
  }

  /** Up to three instructions without immediates. */
  emit(opcode: number, second?: number, third?: number): this {
    this.byte(opcode);
    if (second !== undefined) this.byte(second);
    if (third !== undefined) this.byte(third);
    return this;
  }

  /** Begins a `block`, `loop` or `if` that leaves a value of a type, or none. */
  open(opcode: number, result: number = type.none): this {
    this.#depth += 1;
    return this.byte(opcode).byte(result);
  }

  /** Ends what was opened last. */
  close(): this {
    this.#depth -= 1;
    return this.byte(op.end);
  }

  /** Branches to what was open when `depth` was what is given, itself included. */
  branch(depth: number, opcode: number = op.br): this {
    return this.index(opcode, this.#depth - depth);
  }

  /** A number without a sign, below 2^32. */
  unsigned(value: number): this {
    let left = value >>> 0;
    while (left > 127) {
      this.byte((left & 127) | 128);
      left >>>= 7;
    }
    return this.byte(left);
  }

  #signed(value: number): this {
    let left = value;
    while (left < -64 || left > 63) {
      this.byte((left & 127) | 128);
      left >>= 7;
    }
    return this.byte(left & 127);
  }

  /** An instruction with an index behind it. */
  index(opcode: number, index: number): this {
    return this.byte(opcode).unsigned(index);
  }

  get(local: number): this {
    return this.byte(op.localGet).unsigned(local);
  }

  set(local: number): this {
    return this.byte(op.localSet).unsigned(local);
  }

  tee(local: number): this {
    return this.byte(op.localTee).unsigned(local);
  }

  i32(value: number): this {
    return this.byte(op.i32Const).#signed(value | 0);
  }

  i64(value: bigint): this {
    this.byte(op.i64Const);
    const small = Number(BigInt.asIntN(32, value));
    const whole = BigInt.asIntN(64, value);
    if (BigInt(small) === whole) return this.#signed(small);
    let left = whole;
    while (left < -64n || left > 63n) {
      this.byte(Number(left & 127n) | 128);
      left >>= 7n;
    }
    return this.byte(Number(left & 127n));
  }

  f64(value: number): this {
    scratch.setFloat64(0, value, true);
    return this.byte(op.f64Const).#fromScratch(8);
  }

  f32(value: number): this {
    scratch.setFloat32(0, value, true);
    return this.byte(op.f32Const).#fromScratch(4);
  }

  #fromScratch(count: number): this {
    for (let index = 0; index < count; index += 1) this.byte(scratch.getUint8(index));
    return this;
  }

  /** What stands behind a vector load or store: no alignment promised, and an offset. */
  memoryArgument(offset: number): this {
    return this.byte(0).unsigned(offset);
  }

  /** A load or store at an offset from the address on the stack; alignment is not promised. */
  memory(opcode: number, offset: number): this {
    return this.byte(opcode).byte(0).unsigned(offset);
  }

  /** `br_table` over all numbers up to `last`, which is also the default. */
  table(last: number): this {
    this.byte(op.brTable).unsigned(last);
    for (let target = 0; target < last; target += 1) this.unsigned(target);
    return this.unsigned(last);
  }

  raw(bytes: Iterable<number>): this {
    for (const byte of bytes) this.byte(byte);
    return this;
  }

  append(other: WasmCode): this {
    this.#room(other.length);
    this.#bytes.set(other.bytes, this.#length);
    this.#length += other.length;
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

/** What a module is made of. Its functions take and give nothing, and are exported as f0, f1 and so on. */
export interface ModuleParts {
  readonly imports: readonly ImportedFunction[];
  /** Takes `m.table`, a table of functions, for `call_indirect` of type 0. */
  readonly usesTable?: boolean;
  readonly locals: readonly LocalGroup[];
  /** Instructions of each function, without the end. */
  readonly functions: readonly WasmCode[];
}

const text = new TextEncoder();

function name(into: WasmCode, value: string): WasmCode {
  const encoded = text.encode(value);
  return into.unsigned(encoded.length).raw(encoded);
}

function section(into: WasmCode, id: number, count: number, write: (body: WasmCode) => void): void {
  const body = new WasmCode().unsigned(count);
  write(body);
  into.byte(id).unsigned(body.length).append(body);
}

/** A module with a shared memory, imported functions, and functions without parameters. */
export function wasmModule(parts: ModuleParts): Uint8Array<ArrayBuffer> {
  const { imports, locals, functions, usesTable = false } = parts;
  const module = new WasmCode().raw([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
  section(module, 1, imports.length + 1, (body) => {
    body.raw([type.function, 0, 0]);
    for (const { parameters, results } of imports)
      body
        .raw([type.function, parameters.length, ...parameters])
        .byte(results.length)
        .raw(results);
  });
  section(module, 2, imports.length + (usesTable ? 2 : 1), (body) => {
    name(name(body, 'm'), 'memory').raw([2, 3, 1]).unsigned(65536);
    if (usesTable) name(name(body, 'm'), 'table').raw([1, type.functionReference, 0, 0]);
    for (const [index, one] of imports.entries())
      name(name(body, 'm'), one.name)
        .byte(0)
        .unsigned(index + 1);
  });
  section(module, 3, functions.length, (body) => body.raw(functions.map(() => 0)));
  section(module, 7, functions.length, (body) => {
    for (const index of functions.keys())
      name(body, `f${index}`)
        .byte(0)
        .unsigned(imports.length + index);
  });
  const declared = new WasmCode().unsigned(locals.length);
  for (const group of locals) declared.unsigned(group.count).byte(group.type);
  section(module, 10, functions.length, (body) => {
    for (const code of functions)
      body
        .unsigned(declared.length + code.length + 1)
        .append(declared)
        .append(code)
        .byte(op.end);
  });
  return module.bytes.slice();
}
