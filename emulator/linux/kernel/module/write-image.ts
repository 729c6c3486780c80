import {
  EM_AARCH64,
  ET_REL,
  elf64Ident,
  headerBytes,
  SHF_ALLOC,
  SHF_EXECINSTR,
  SHF_WRITE,
  SHT_PROGBITS,
  SHT_STRTAB,
  SHT_SYMTAB,
  STB_GLOBAL,
  sectionHeaderBytes,
  symbolBytes,
} from '../../uapi/elf.ts';
import type { ModuleImage } from './module-image.ts';

interface Section {
  readonly name: string;
  readonly type: number;
  readonly flags?: number;
  readonly bytes: Uint8Array;
  readonly link?: number;
  readonly entryBytes?: number;
}

const utf8 = new TextEncoder();

/** A file that the loader takes for this module: what `make modules` would leave, with empty code. */
export function writeModuleImage(image: ModuleImage): Uint8Array {
  const names = strings(image.needs);
  const { textBytes, constantBytes, dataBytes } = image.sections;
  const contents: readonly Section[] = [
    { name: '', type: 0, bytes: new Uint8Array(0) },
    section('.text', SHF_ALLOC | SHF_EXECINSTR, new Uint8Array(textBytes)),
    section('.rodata', SHF_ALLOC, new Uint8Array(constantBytes)),
    section('.data', SHF_ALLOC | SHF_WRITE, new Uint8Array(Math.max(0, dataBytes - 1024))),
    section('.modinfo', SHF_ALLOC, utf8.encode(factsOf(image))),
    {
      name: '.symtab',
      type: SHT_SYMTAB,
      bytes: symbolTable(image.needs, names.offsets),
      link: 6,
      entryBytes: symbolBytes,
    },
    { name: '.strtab', type: SHT_STRTAB, bytes: names.bytes },
  ];
  return assemble(contents);
}

function section(name: string, flags: number, bytes: Uint8Array): Section {
  return { name, type: SHT_PROGBITS, flags, bytes };
}

function factsOf(image: ModuleImage): string {
  const entries = [
    ...(image.description === undefined ? [] : [`description=${image.description}`]),
    `license=${image.license}`,
    ...image.imports.map((namespace) => `import_ns=${namespace}`),
    ...image.parameters.map((name) => `parmtype=${name}:bool`),
    `depends=${image.depends.join(',')}`,
    ...(image.inTree ? ['intree=Y'] : []),
    `name=${image.name}`,
    `vermagic=${image.versionMagic}`,
  ];
  return entries.map((entry) => `${entry}\0`).join('');
}

function strings(names: readonly string[]): {
  readonly bytes: Uint8Array;
  readonly offsets: readonly number[];
} {
  let text = '\0';
  const offsets = names.map((name) => {
    const at = text.length;
    text += `${name}\0`;
    return at;
  });
  return { bytes: utf8.encode(text), offsets };
}

/** All undefined and global, behind the empty first entry. */
function symbolTable(names: readonly string[], offsets: readonly number[]): Uint8Array {
  const bytes = new Uint8Array((names.length + 1) * symbolBytes);
  const view = new DataView(bytes.buffer);
  for (const [index, offset] of offsets.entries()) {
    view.setUint32((index + 1) * symbolBytes, offset, true);
    bytes[(index + 1) * symbolBytes + 4] = STB_GLOBAL << 4;
  }
  return bytes;
}

function assemble(contents: readonly Section[]): Uint8Array {
  const names = strings([...contents.map(({ name }) => name), '.shstrtab']);
  const sections = [...contents, { name: '.shstrtab', type: SHT_STRTAB, bytes: names.bytes } as Section];
  const dataBytes = sections.reduce((sum, { bytes }) => sum + bytes.length, 0);
  const tableAt = Math.ceil((headerBytes + dataBytes) / 8) * 8;
  const file = new Uint8Array(tableAt + sections.length * sectionHeaderBytes);
  const view = new DataView(file.buffer);
  file.set([...elf64Ident, 1]);
  view.setUint16(16, ET_REL, true);
  view.setUint16(18, EM_AARCH64, true);
  view.setUint32(20, 1, true);
  view.setBigUint64(40, BigInt(tableAt), true);
  view.setUint16(52, headerBytes, true);
  view.setUint16(58, sectionHeaderBytes, true);
  view.setUint16(60, sections.length, true);
  view.setUint16(62, sections.length - 1, true);
  let offset = headerBytes;
  for (const [index, { type, flags = 0, bytes, link = 0, entryBytes = 0 }] of sections.entries()) {
    const at = tableAt + index * sectionHeaderBytes;
    file.set(bytes, offset);
    view.setUint32(at, names.offsets[index] ?? 0, true);
    view.setUint32(at + 4, type, true);
    view.setBigUint64(at + 8, BigInt(flags), true);
    view.setBigUint64(at + 24, BigInt(offset), true);
    view.setBigUint64(at + 32, BigInt(bytes.length), true);
    view.setUint32(at + 40, link, true);
    view.setBigUint64(at + 48, 1n, true);
    view.setBigUint64(at + 56, BigInt(entryBytes), true);
    offset += bytes.length;
  }
  return file;
}
