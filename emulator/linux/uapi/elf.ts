/** The parts of an ELF file that running a program and loading a module need: include/uapi/linux/elf.h. */

/** Its first bytes: the magic number, 64 bits, little-endian. */
export const elf64Ident = [0x7f, 0x45, 0x4c, 0x46, 2, 1] as const;
export const EM_AARCH64 = 183;
export const ET_REL = 1;
export const ET_EXEC = 2;
export const ET_DYN = 3;
export const PT_LOAD = 1;
export const PT_INTERP = 3;
export const PT_GNU_STACK = 0x6474e551;
export const PF_X = 1;
export const PF_W = 2;
export const PF_R = 4;
export const SHT_PROGBITS = 1;
export const SHT_SYMTAB = 2;
export const SHT_STRTAB = 3;
export const SHT_NOBITS = 8;
export const SHT_DYNSYM = 11;
export const SHF_WRITE = 1;
export const SHF_ALLOC = 2;
export const SHF_EXECINSTR = 4;
export const STB_GLOBAL = 1;
export const STB_WEAK = 2;
export const STT_FUNC = 2;
export const headerBytes = 64;
export const programHeaderBytes = 56;
export const sectionHeaderBytes = 64;
export const symbolBytes = 24;

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
  return elf64Ident.slice(0, 4).every((byte, index) => head[index] === byte);
}

/** Whether it is one of 64 bits in little-endian order. */
export function isElf64(head: Uint8Array): boolean {
  return head.length >= headerBytes && elf64Ident.every((byte, index) => head[index] === byte);
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
