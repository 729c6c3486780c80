/** The parts of an ELF file that running it needs: include/uapi/linux/elf.h. */

export const EM_AARCH64 = 183;
export const ET_EXEC = 2;
export const ET_DYN = 3;
export const PT_LOAD = 1;
export const PT_INTERP = 3;
export const PT_GNU_STACK = 0x6474e551;
export const PF_X = 1;
export const PF_W = 2;
export const PF_R = 4;
export const headerBytes = 64;
export const programHeaderBytes = 56;

/** ELF_ET_DYN_BASE: where position-independent programs lie, two thirds up the address space. */
export const dynamicBase = 0xaaaa_aaaa_0000;

/** The header of a 64-bit little-endian file. */
export interface ElfHeader {
  readonly type: number;
  readonly machine: number;
  readonly entry: number;
  readonly programHeaders: number;
  readonly programHeaderSize: number;
  readonly programHeaderCount: number;
}

/** A program header. Addresses and sizes are below 2^53, or the file is none. */
export interface ProgramHeader {
  readonly type: number;
  readonly flags: number;
  readonly offset: number;
  readonly address: number;
  readonly fileBytes: number;
  readonly memoryBytes: number;
  readonly alignBytes: number;
}

/** Whether a file says that it is ELF at all. */
export function isElf(head: Uint8Array): boolean {
  return head[0] === 0x7f && head[1] === 0x45 && head[2] === 0x4c && head[3] === 0x46;
}

/** Whether it is one of 64 bits in little-endian order. */
export function isElf64(head: Uint8Array): boolean {
  return isElf(head) && head.length >= headerBytes && head[4] === 2 && head[5] === 1;
}

const view = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
const number = (of: DataView, offset: number): number => Number(of.getBigUint64(offset, true));

/** The header; undefined for anything but a whole one of a 64-bit file. */
export function readHeader(head: Uint8Array): ElfHeader | undefined {
  if (!isElf64(head)) return undefined;
  const of = view(head);
  return {
    type: of.getUint16(16, true),
    machine: of.getUint16(18, true),
    entry: number(of, 24),
    programHeaders: number(of, 32),
    programHeaderSize: of.getUint16(54, true),
    programHeaderCount: of.getUint16(56, true),
  };
}

/** The program headers in their table's bytes. */
export function readProgramHeaders(table: Uint8Array): readonly ProgramHeader[] {
  const of = view(table);
  const headers: ProgramHeader[] = [];
  for (let at = 0; at + programHeaderBytes <= table.length; at += programHeaderBytes)
    headers.push({
      type: of.getUint32(at, true),
      flags: of.getUint32(at + 4, true),
      offset: number(of, at + 8),
      address: number(of, at + 16),
      fileBytes: number(of, at + 32),
      memoryBytes: number(of, at + 40),
      alignBytes: number(of, at + 48),
    });
  return headers;
}
