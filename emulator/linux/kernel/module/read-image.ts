import {
  EM_AARCH64,
  ET_REL,
  isElf64,
  SHF_ALLOC,
  SHF_EXECINSTR,
  SHF_WRITE,
  SHT_NOBITS,
  SHT_SYMTAB,
  STB_WEAK,
  sectionHeaderBytes,
  symbolBytes,
} from '../../uapi/elf.ts';
import type { ModuleImage, ModuleSections } from './module-image.ts';

interface Section {
  readonly name: string;
  readonly type: number;
  readonly flags: number;
  readonly bytes: Uint8Array;
  readonly sizeBytes: number;
  readonly link: number;
}

const latin = new TextDecoder('latin1');

/**
 * Reads a module's file as the loader does: elf_validity_check() and the .modinfo section; undefined where the file is
 * no arm64 module at all, for which the loader answers ENOEXEC.
 */
export function readModuleImage(bytes: Uint8Array): ModuleImage | undefined {
  const sections = readSections(bytes);
  const facts = sections?.find(({ name }) => name === '.modinfo');
  if (sections === undefined || facts === undefined) return undefined;
  const entries = latin
    .decode(facts.bytes)
    .split('\0')
    .filter((entry) => entry.includes('='))
    .map((entry): readonly [string, string] => [
      entry.slice(0, entry.indexOf('=')),
      entry.slice(entry.indexOf('=') + 1),
    ]);
  const all = (key: string) => entries.filter(([name]) => name === key).map(([, value]) => value);
  const [name] = all('name');
  if (name === undefined) return undefined;
  return {
    name,
    versionMagic: all('vermagic')[0] ?? '',
    license: all('license')[0] ?? 'unspecified',
    depends: all('depends').flatMap((list) => list.split(',').filter((one) => one !== '')),
    imports: all('import_ns'),
    needs: undefinedSymbols(sections),
    inTree: all('intree').length > 0,
    description: all('description')[0],
    parameters: all('parmtype').map((text) => text.split(':')[0] ?? text),
    sections: memoryOf(sections),
  };
}

function readSections(bytes: Uint8Array): readonly Section[] | undefined {
  if (!isElf64(bytes)) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint16(16, true) !== ET_REL || view.getUint16(18, true) !== EM_AARCH64) return undefined;
  const start = Number(view.getBigUint64(40, true));
  const count = view.getUint16(60, true);
  const namesIndex = view.getUint16(62, true);
  if (view.getUint16(58, true) !== sectionHeaderBytes) return undefined;
  if (start + count * sectionHeaderBytes > bytes.length) return undefined;
  const raw = Array.from({ length: count }, (_, index) => {
    const at = start + index * sectionHeaderBytes;
    const type = view.getUint32(at + 4, true);
    const offset = Number(view.getBigUint64(at + 24, true));
    const sizeBytes = Number(view.getBigUint64(at + 32, true));
    const isInside = type === SHT_NOBITS || offset + sizeBytes <= bytes.length;
    return {
      nameOffset: view.getUint32(at, true),
      type,
      flags: Number(view.getBigUint64(at + 8, true) & 0xffffn),
      bytes: type === SHT_NOBITS ? new Uint8Array(0) : bytes.subarray(offset, offset + sizeBytes),
      sizeBytes,
      link: view.getUint32(at + 40, true),
      isInside,
    };
  });
  const names = raw[namesIndex]?.bytes;
  if (names === undefined || raw.some((section) => !section.isInside)) return undefined;
  return raw.map(({ nameOffset, ...section }) => ({ ...section, name: textAt(names, nameOffset) }));
}

function textAt(bytes: Uint8Array, offset: number): string {
  const end = bytes.indexOf(0, offset);
  return latin.decode(bytes.subarray(offset, end < 0 ? bytes.length : end));
}

function undefinedSymbols(sections: readonly Section[]): readonly string[] {
  const table = sections.find(({ type }) => type === SHT_SYMTAB);
  const texts = table === undefined ? undefined : sections[table.link]?.bytes;
  if (table === undefined || texts === undefined) return [];
  const view = new DataView(table.bytes.buffer, table.bytes.byteOffset, table.bytes.byteLength);
  const names: string[] = [];
  for (let at = symbolBytes; at + symbolBytes <= table.bytes.length; at += symbolBytes) {
    const isWeak = (table.bytes[at + 4] ?? 0) >> 4 === STB_WEAK;
    if (view.getUint16(at + 6, true) === 0 && !isWeak) names.push(textAt(texts, view.getUint32(at, true)));
  }
  return names.filter((name) => name !== '');
}

/** Sections that are dropped before or right after init. */
const passing = /^\.(?:init|exit|modinfo|gnu\.linkonce)|^__versions/;

function memoryOf(sections: readonly Section[]): ModuleSections {
  const kept = sections.filter(({ name, flags }) => (flags & SHF_ALLOC) !== 0 && !passing.test(name));
  const total = (isOurs: (flags: number) => boolean) =>
    kept.filter(({ flags }) => isOurs(flags)).reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const isText = (flags: number) => (flags & SHF_EXECINSTR) !== 0;
  const isData = (flags: number) => !isText(flags) && (flags & SHF_WRITE) !== 0;
  return {
    textBytes: total(isText),
    constantBytes: total((flags) => !isText(flags) && !isData(flags)),
    dataBytes: total(isData) + structModuleBytes,
  };
}

/** struct module lies in a section of the writable data, whose name marks it as passing above. */
const structModuleBytes = 1024;
