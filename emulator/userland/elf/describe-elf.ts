import { EM_AARCH64, ET_DYN, ET_EXEC, isElf, isElf64, readHeader } from '../../linux/uapi/elf.ts';

/** Other machines' numbers: include/uapi/linux/elf-em.h. */
const machines: Readonly<Record<number, string>> = {
  3: '32-bit x86',
  40: '32-bit Arm',
  62: 'x86-64',
  21: '64-bit PowerPC',
  22: 's390',
  243: 'RISC-V',
  258: 'LoongArch',
};

/** Why a file is no AArch64 program that can be run, or undefined where it is one; for people. */
export function whyNotAarch64(bytes: Uint8Array): string | undefined {
  if (bytes[0] === 0x23 && bytes[1] === 0x21) return undefined;
  if (!isElf(bytes)) return bytes.length === 0 ? 'the file is empty' : 'it is no ELF file';
  if (bytes.length < 64) return 'the ELF header is cut off';
  const machine = (bytes[18] ?? 0) + (bytes[19] ?? 0) * 256;
  const name = machines[machine] ?? `machine ${machine}`;
  if (!isElf64(bytes)) return `it is a program for ${machine === EM_AARCH64 ? 'big-endian AArch64' : name}`;
  const header = readHeader(bytes);
  if (header?.machine !== EM_AARCH64) return `it is a program for ${name}`;
  if (header.type === ET_EXEC || header.type === ET_DYN) return undefined;
  return header.type === 1 ? 'it is an object file and no program' : 'it is no program';
}
