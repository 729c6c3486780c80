/** The parts of an ELF64 object that a module's loader looks at: include/uapi/linux/elf.h. */
export const elfMagic = [0x7f, 0x45, 0x4c, 0x46] as const;
export const ELFCLASS64 = 2;
export const ELFDATA2LSB = 1;
export const ET_REL = 1;
export const EM_AARCH64 = 183;
export const SHT_PROGBITS = 1;
export const SHT_SYMTAB = 2;
export const SHT_STRTAB = 3;
export const SHT_NOBITS = 8;
export const SHF_WRITE = 1;
export const SHF_ALLOC = 2;
export const SHF_EXECINSTR = 4;
export const STB_WEAK = 2;

export const headerBytes = 64;
export const sectionHeaderBytes = 64;
export const symbolBytes = 24;
