import {
  EM_AARCH64,
  ET_EXEC,
  elf64Ident,
  headerBytes,
  PT_LOAD,
  programHeaderBytes,
} from '../linux/uapi/elf.ts';

/** Where the code of a made program lies. */
export const codeAddress = 0x400000;

/** A static AArch64 program of a few instructions, which begin at its entry. */
export function elfProgram(
  words: readonly number[],
  options: { readonly memoryBytes?: number } = {},
): Uint8Array {
  const codeAt = headerBytes + programHeaderBytes;
  const bytes = new Uint8Array(codeAt + words.length * 4);
  const view = new DataView(bytes.buffer);
  bytes.set([...elf64Ident, 1]);
  view.setUint16(16, ET_EXEC, true);
  view.setUint16(18, EM_AARCH64, true);
  view.setUint32(20, 1, true);
  view.setBigUint64(24, BigInt(codeAddress + codeAt), true);
  view.setBigUint64(32, BigInt(headerBytes), true);
  view.setUint16(52, headerBytes, true);
  view.setUint16(54, programHeaderBytes, true);
  view.setUint16(56, 1, true);
  view.setUint32(headerBytes, PT_LOAD, true);
  view.setUint32(headerBytes + 4, 7, true);
  view.setBigUint64(headerBytes + 16, BigInt(codeAddress), true);
  view.setBigUint64(headerBytes + 32, BigInt(bytes.length), true);
  view.setBigUint64(headerBytes + 40, BigInt(options.memoryBytes ?? bytes.length), true);
  view.setBigUint64(headerBytes + 48, 4096n, true);
  for (const [index, word] of words.entries()) view.setUint32(codeAt + index * 4, word, true);
  return bytes;
}

/** Instructions that tests are put together from. */
export const a64 = {
  movz: (register: number, value: number) => (0xd2800000 | (value << 5) | register) >>> 0,
  movk16: (register: number, value: number) => (0xf2a00000 | (value << 5) | register) >>> 0,
  addImmediate: (to: number, from: number, value: number) =>
    (0x91000000 | (value << 10) | (from << 5) | to) >>> 0,
  subsImmediate: (to: number, from: number, value: number) =>
    (0xf1000000 | (value << 10) | (from << 5) | to) >>> 0,
  /** Branches by a number of instructions where the last comparison was not equal. */
  branchNotEqual: (by: number) => (0x54000001 | ((by & 0x7ffff) << 5)) >>> 0,
  branch: (by: number) => (0x14000000 | (by & 0x3ffffff)) >>> 0,
  branchTo: (register: number) => (0xd61f0000 | (register << 5)) >>> 0,
  /** The address `by` bytes behind this instruction. */
  address: (to: number, by: number) =>
    (0x10000000 | ((by & 3) << 29) | (((by >> 2) & 0x7ffff) << 5) | to) >>> 0,
  load: (to: number, from: number) => (0xf9400000 | (from << 5) | to) >>> 0,
  store: (what: number, to: number) => (0xf9000000 | (to << 5) | what) >>> 0,
  supervisorCall: 0xd4000001,
  breakpoint: 0xd4200000,
} as const;
