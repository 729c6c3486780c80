import type { PhysicalRange } from '../base/range.ts';
import {
  alignToCell,
  fdtLastCompatibleVersion,
  fdtMagic,
  fdtVersion,
  headerSize17,
  tokens,
} from './fdt-format.ts';
import type { DeviceTree, DtNode } from './tree.ts';

/**
 * Writes a tree in the flattened format, version 17, byte for byte as `dtc -O dtb` lays it out:
 * header, reservations, structure, strings, no padding.
 */
export function writeFdt(tree: DeviceTree): Uint8Array {
  const strings = new StringsBlock();
  const structure = new Bytes();
  writeNode(structure, strings, tree.root);
  structure.word(tokens.end);
  const reservations = reservationBlock(tree.reservations);

  const structureAt = headerSize17 + reservations.length;
  const stringsAt = structureAt + structure.length;
  const totalSize = stringsAt + strings.length;
  const header = [
    ...[fdtMagic, totalSize, structureAt, stringsAt, headerSize17, fdtVersion, fdtLastCompatibleVersion],
    ...[tree.bootCpu, strings.length, structure.length],
  ];
  const blob = new Bytes(totalSize);
  for (const word of header) blob.word(word);
  for (const block of [reservations, structure.taken(), strings.taken()]) blob.append(block);
  return blob.taken();
}

function reservationBlock(reservations: readonly PhysicalRange[]): Uint8Array {
  const block = new DataView(new ArrayBuffer((reservations.length + 1) * 16));
  reservations.forEach((range, index) => {
    block.setBigUint64(index * 16, range.baseBytes);
    block.setBigUint64(index * 16 + 8, range.sizeBytes);
  });
  return new Uint8Array(block.buffer);
}

function writeNode(structure: Bytes, strings: StringsBlock, node: DtNode): void {
  structure.word(tokens.beginNode);
  structure.text(node.name);
  structure.align();
  for (const { name, bytes } of node.properties.values()) {
    structure.word(tokens.property);
    structure.word(bytes.length);
    structure.word(strings.offsetOf(name));
    structure.append(bytes);
    structure.align();
  }
  for (const child of node.children) writeNode(structure, strings, child);
  structure.word(tokens.endNode);
}

/** A buffer that grows at its end. */
class Bytes {
  #bytes: Uint8Array;
  #view: DataView;
  length = 0;

  constructor(capacity = 16 * 1024) {
    this.#bytes = new Uint8Array(capacity);
    this.#view = new DataView(this.#bytes.buffer);
  }

  word(value: number): void {
    this.#reserve(4);
    this.#view.setUint32(this.length, value);
    this.length += 4;
  }

  append(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  /** A text and its NUL; one character is one byte, as the reader reads it. */
  text(text: string): void {
    this.#reserve(text.length + 1);
    for (let index = 0; index < text.length; index++)
      this.#bytes[this.length + index] = text.charCodeAt(index);
    this.length += text.length + 1;
  }

  align(): void {
    const length = alignToCell(this.length);
    this.#reserve(length - this.length);
    this.length = length;
  }

  taken(): Uint8Array {
    return this.#bytes.subarray(0, this.length);
  }

  #reserve(more: number): void {
    const needed = this.length + more;
    if (needed <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    larger.set(this.#bytes.subarray(0, this.length));
    this.#bytes = larger;
    this.#view = new DataView(larger.buffer);
  }
}

// Names have 31 characters at most; without a bound a broken one of a megabyte would take forever.
const longestSharedEnd = 256;

/** The strings block. A name that is the end of an earlier one shares its bytes; the earliest place is taken. */
class StringsBlock {
  readonly #bytes = new Bytes(4096);
  readonly #offsets = new Map<string, number>();

  offsetOf(name: string): number {
    const known = this.#offsets.get(name);
    if (known !== undefined) return known;
    const offset = this.#bytes.length;
    this.#bytes.text(name);
    this.#offsets.set(name, offset);
    for (let from = Math.max(1, name.length - longestSharedEnd); from <= name.length; from++) {
      const suffix = name.slice(from);
      if (!this.#offsets.has(suffix)) this.#offsets.set(suffix, offset + from);
    }
    return offset;
  }

  get length(): number {
    return this.#bytes.length;
  }

  taken(): Uint8Array {
    return this.#bytes.taken();
  }
}
