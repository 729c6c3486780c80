import {
  readHeader,
  SHT_DYNSYM,
  SHT_SYMTAB,
  STT_FUNC,
  sectionHeaderBytes,
  symbolBytes,
} from '../../linux/uapi/elf.ts';

/** A function of a program. */
interface FunctionSymbol {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

const decoder = new TextDecoder();

/** The functions that an ELF file's symbol table names, by address. */
export class Symbols {
  readonly #functions: readonly FunctionSymbol[];

  private constructor(functions: readonly FunctionSymbol[]) {
    this.#functions = functions;
  }

  /** Reads a file's symbols; none where it is stripped or no ELF file. */
  static read(bytes: Uint8Array): Symbols {
    if (readHeader(bytes) === undefined) return new Symbols([]);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const table = Number(view.getBigUint64(40, true));
    const count = view.getUint16(60, true);
    if (table + count * sectionHeaderBytes > bytes.length) return new Symbols([]);
    const sections = Array.from({ length: count }, (_, index) => table + index * sectionHeaderBytes);
    const typeOf = (at: number): number => view.getUint32(at + 4, true);
    const symbols =
      sections.find((at) => typeOf(at) === SHT_SYMTAB) ?? sections.find((at) => typeOf(at) === SHT_DYNSYM);
    const strings = symbols === undefined ? undefined : sections[view.getUint32(symbols + 40, true)];
    if (symbols === undefined || strings === undefined) return new Symbols([]);
    const names = Number(view.getBigUint64(strings + 24, true));
    return new Symbols(readFunctions(bytes, view, symbols, names));
  }

  /** The function around an address of the file; undefined where no symbol covers it. */
  functionAt(address: number): string | undefined {
    return this.#functions.findLast(({ start, end }) => address >= start && address < end)?.name;
  }
}

function readFunctions(
  bytes: Uint8Array,
  view: DataView,
  section: number,
  names: number,
): readonly FunctionSymbol[] {
  const start = Number(view.getBigUint64(section + 24, true));
  const end = Math.min(start + Number(view.getBigUint64(section + 32, true)), bytes.length);
  const functions: FunctionSymbol[] = [];
  for (let at = start; at + symbolBytes <= end; at += symbolBytes) {
    if ((view.getUint8(at + 4) & 15) !== STT_FUNC) continue;
    const address = Number(view.getBigUint64(at + 8, true));
    const nameAt = names + view.getUint32(at, true);
    const nameEnd = bytes.indexOf(0, nameAt);
    const name = decoder.decode(bytes.subarray(nameAt, nameEnd));
    functions.push({ name, start: address, end: address + Number(view.getBigUint64(at + 16, true)) });
  }
  return functions.toSorted((a, b) => a.start - b.start);
}
