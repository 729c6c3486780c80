import { inputError } from '../base/input-error.ts';
import type { PhysicalRange } from '../base/range.ts';
import {
  alignToCell,
  deepestNesting,
  fdtLastCompatibleVersion,
  fdtMagic,
  fdtVersion,
  headerSize16,
  headerSize17,
  largestBlobBytes,
  tokens,
} from './fdt-format.ts';
import { DeviceTree, DtNode, DtProperty, type SourcePositions } from './tree.ts';

export { writeFdt } from './fdt-writer.ts';

/** Whether bytes begin as a flattened devicetree does. */
export function isFdt(bytes: Uint8Array): boolean {
  return bytes.length >= 4 && new DataView(bytes.buffer, bytes.byteOffset).getUint32(0) === fdtMagic;
}

/**
 * Reads a flattened devicetree, versions 16 and 17. Values of properties are views into `bytes`.
 * `positions` are those of the source that it was compiled from, if it was.
 * Throws `blob-broken` with the offset of the first thing that is wrong; bytes behind the stated size are ignored.
 */
export function readFdt(bytes: Uint8Array, file: string, positions?: SourcePositions): DeviceTree {
  const blob = new FdtBytes(bytes, file);
  const header = readHeader(blob);
  const reservations = readReservations(blob, header.reservationsAt, header.totalSize);
  const root = readStructure(blob, header);
  return new DeviceTree({ root, reservations, bootCpu: header.bootCpu, file, positions });
}

interface Header {
  readonly totalSize: number;
  readonly structureAt: number;
  readonly structureEnd: number;
  readonly stringsAt: number;
  readonly stringsEnd: number;
  readonly reservationsAt: number;
  readonly bootCpu: number;
}

/** The bytes, and how to say what is wrong with them. */
class FdtBytes {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly #file: string;

  constructor(bytes: Uint8Array, file: string) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#file = file;
  }

  broken(offset: number, problem: string): Error {
    return inputError('blob-broken', { file: this.#file, offset, problem });
  }

  /** A NUL-terminated text, byte by byte, so that writing gives the same bytes again. */
  text(offset: number, end: number, what: string): string {
    let text = '';
    for (let at = offset; at < end; at++) {
      const code = this.bytes[at];
      if (code === 0) return text;
      text += String.fromCharCode(code ?? 0);
    }
    throw this.broken(offset, `${what} has no end`);
  }
}

function readHeader(blob: FdtBytes): Header {
  const { view, bytes } = blob;
  if (bytes.length < headerSize16) {
    throw blob.broken(bytes.length, `the header is cut off after ${bytes.length} bytes`);
  }
  const word = (index: number) => view.getUint32(index * 4);
  if (word(0) !== fdtMagic)
    throw blob.broken(0, `the magic number is 0x${word(0).toString(16)}, not 0xd00dfeed`);
  const version = word(5);
  if (version < fdtLastCompatibleVersion) throw blob.broken(20, `format version ${version} is older than 16`);
  if (word(6) > fdtVersion) throw blob.broken(24, `it needs a reader of format version ${word(6)}`);
  const headerSize = version >= fdtVersion ? headerSize17 : headerSize16;
  const totalSize = word(1);
  if (totalSize < headerSize)
    throw blob.broken(4, `a total size of ${totalSize} bytes is smaller than the header`);
  if (totalSize > largestBlobBytes) {
    throw blob.broken(
      4,
      `a total size of ${totalSize} bytes is beyond what a devicetree has (${largestBlobBytes})`,
    );
  }
  if (totalSize > bytes.length) {
    throw blob.broken(bytes.length, `the file ends here, but its header promises ${totalSize} bytes`);
  }
  const [structureAt, stringsAt, reservationsAt] = [word(2), word(3), word(4)];
  const structureEnd = version >= fdtVersion ? structureAt + word(9) : totalSize;
  const stringsEnd = stringsAt + word(8);
  const check = (at: number, start: number, end: number, block: string) => {
    if (start < headerSize) throw blob.broken(at, `the ${block} starts inside the header, at ${start}`);
    if (end > totalSize)
      throw blob.broken(at, `the ${block} ends at ${end}, behind the blob's ${totalSize} bytes`);
  };
  check(8, structureAt, structureEnd, 'structure block');
  check(12, stringsAt, stringsEnd, 'strings block');
  check(16, reservationsAt, reservationsAt, 'memory reservation block');
  return { totalSize, structureAt, structureEnd, stringsAt, stringsEnd, reservationsAt, bootCpu: word(7) };
}

function readReservations(blob: FdtBytes, start: number, end: number): PhysicalRange[] {
  const found: PhysicalRange[] = [];
  for (let at = start; at + 16 <= end; at += 16) {
    const range = { baseBytes: blob.view.getBigUint64(at), sizeBytes: blob.view.getBigUint64(at + 8) };
    if (range.sizeBytes === 0n) return found;
    found.push(range);
  }
  throw blob.broken(start, 'the memory reservation block has no end');
}

function readStructure(blob: FdtBytes, header: Header): DtNode {
  const { view } = blob;
  const end = header.structureEnd;
  const names = new PropertyNames(blob, header);
  let root: DtNode | undefined;
  let node: DtNode | undefined;
  let depth = 0;
  let at = header.structureAt;

  for (;;) {
    if (at + 4 > end) throw blob.broken(Math.min(at, end), 'the structure block ends before its end token');
    const tokenAt = at;
    const token = view.getUint32(at);
    at += 4;
    switch (token) {
      case tokens.beginNode: {
        if (node === undefined && root !== undefined)
          throw blob.broken(tokenAt, 'there is a second root node');
        if (++depth > deepestNesting) throw blob.broken(tokenAt, `nodes nest deeper than ${deepestNesting}`);
        const name = blob.text(at, end, 'the name of a node');
        at = alignToCell(at + name.length + 1 - header.structureAt) + header.structureAt;
        const child = new DtNode(name, node);
        node?.children.push(child);
        root ??= child;
        node = child;
        break;
      }
      case tokens.endNode:
        if (node === undefined) throw blob.broken(tokenAt, 'a node ends where none is open');
        node = node.parent;
        depth--;
        break;
      case tokens.property: {
        if (node === undefined) throw blob.broken(tokenAt, 'a property stands outside of every node');
        if (node.children.length > 0) throw blob.broken(tokenAt, 'a property stands behind a child node');
        if (at + 8 > end) throw blob.broken(tokenAt, 'a property is cut off');
        const length = view.getUint32(at);
        const name = names.at(view.getUint32(at + 4), at + 4);
        at += 8;
        if (at + length > end)
          throw blob.broken(tokenAt, `the value of ${name} (${length} bytes) is cut off`);
        // Of two properties with one name the kernel sees the first.
        if (!node.has(name))
          node.properties.set(name, new DtProperty(name, blob.bytes.subarray(at, at + length)));
        at = alignToCell(at + length - header.structureAt) + header.structureAt;
        break;
      }
      case tokens.nop:
        break;
      case tokens.end:
        if (root === undefined) throw blob.broken(tokenAt, 'there is no root node');
        if (node !== undefined) throw blob.broken(tokenAt, `the blob ends inside of ${node.path}`);
        return root;
      default:
        throw blob.broken(tokenAt, `0x${token.toString(16)} is no token`);
    }
  }
}

/** The strings block: each name is read once. */
class PropertyNames {
  readonly #blob: FdtBytes;
  readonly #header: Header;
  readonly #known = new Map<number, string>();

  constructor(blob: FdtBytes, header: Header) {
    this.#blob = blob;
    this.#header = header;
  }

  /** The name at an offset of the strings block; `mentionedAt` is where the blob says so. */
  at(offset: number, mentionedAt: number): string {
    const known = this.#known.get(offset);
    if (known !== undefined) return known;
    const start = this.#header.stringsAt + offset;
    if (start >= this.#header.stringsEnd) {
      throw this.#blob.broken(mentionedAt, `a property's name lies behind the strings block, at ${offset}`);
    }
    const name = this.#blob.text(start, this.#header.stringsEnd, 'the name of a property');
    this.#known.set(offset, name);
    return name;
  }
}
