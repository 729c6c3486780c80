import { parseRange } from '../../base/range.ts';
import { parseSize } from '../../base/units.ts';
import { type DtNode, DtProperty } from '../tree.ts';
import { setNumbers } from '../tree-edit.ts';

const utf8 = new TextEncoder();

/** How many cells an address and a size have in a property of this node: the parent says so, 2 and 1 by default. */
function cellsAround(node: DtNode): { readonly address: number; readonly size: number } {
  return { address: node.parent?.addressCells ?? 2, size: node.parent?.sizeCells ?? 1 };
}

/**
 * Writes a property as it stands behind `--set NODE:PROP=`: `<1 0x2>` cells, `[0a ff]` bytes, `"a", "b"` strings, a
 * number (as wide as the binding says for size, alignment and ranges, else one cell), `BASE+SIZE` for reg and
 * alloc-ranges, or a bare word as a string. Returns what is wrong with the text, or undefined.
 */
export function setValue(node: DtNode, property: string, text: string): string | undefined {
  const value = text.trim();
  const set = (bytes: Uint8Array): undefined => {
    node.properties.set(property, new DtProperty(property, bytes));
  };
  if (value === '') return set(new Uint8Array(0));
  if (value.startsWith('<')) return setCells(node, property, value);
  if (value.startsWith('[')) {
    const bytes = readBytes(value);
    return bytes === undefined ? 'expected bytes in pairs of hexadecimal digits, as in [0a ff]' : set(bytes);
  }
  if (value.startsWith('"')) {
    const strings = readStrings(value);
    return strings === undefined ? 'expected strings in quotes, as in "a", "b"' : set(utf8.encode(strings));
  }
  return setPlain(node, property, value) ?? undefined;
}

function setCells(node: DtNode, property: string, value: string): string | undefined {
  const groups = value.match(/^<[^<>]*>(?:\s*,?\s*<[^<>]*>)*$/);
  const numbers = value
    .replace(/[<>,]/g, ' ')
    .trim()
    .split(/\s+/)
    .filter((word) => word !== '')
    .map(parseSize);
  const fits = numbers.every((number) => number !== undefined && number <= 0xffff_ffffn);
  if (groups === null || !fits) return 'expected cells of 32 bits, as in <0x0 0x10000000>';
  setNumbers(
    node,
    property,
    numbers.map((number) => ({ value: number ?? 0n, cells: 1 })),
  );
  return undefined;
}

function readBytes(value: string): Uint8Array | undefined {
  const digits = value.replace(/\s+/g, '');
  if (!/^\[(?:[0-9a-f]{2})*\]$/i.test(digits)) return undefined;
  return Uint8Array.from(digits.slice(1, -1).match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

function readStrings(value: string): string | undefined {
  if (!/^"[^"]*"(?:\s*,\s*"[^"]*")*$/.test(value)) return undefined;
  return [...value.matchAll(/"([^"]*)"/g)].map((match) => `${match[1]}\0`).join('');
}

/** Numbers and ranges have the width that their binding gives them; anything else is a string. */
function setPlain(node: DtNode, property: string, value: string): string | undefined {
  const { address, size } = cellsAround(node);
  if (property === 'reg' || property === 'alloc-ranges') {
    const ranges = value.split(',').map(parseRange);
    const numbers = ranges.flatMap((range) =>
      range === undefined
        ? []
        : [
            { value: range.baseBytes, cells: address },
            { value: range.sizeBytes, cells: size },
          ],
    );
    if (ranges.includes(undefined)) return 'expected BASE+SIZE, as in 0x40000000+64M';
    return setFitting(node, property, numbers);
  }
  const number = parseSize(value);
  if (number !== undefined) {
    const widths: Readonly<Record<string, number>> = { size, alignment: address };
    return setFitting(node, property, [{ value: number, cells: widths[property] ?? 1 }]);
  }
  node.properties.set(property, new DtProperty(property, utf8.encode(`${value}\0`)));
  return undefined;
}

function setFitting(
  node: DtNode,
  property: string,
  numbers: readonly { readonly value: bigint; readonly cells: number }[],
): string | undefined {
  const tooLarge = numbers.find(({ value, cells }) => value >= 1n << BigInt(32 * cells));
  if (tooLarge !== undefined) {
    const cells = tooLarge.cells === 1 ? '1 cell' : `${tooLarge.cells} cells`;
    return `0x${tooLarge.value.toString(16)} does not fit into the ${cells} that it has there`;
  }
  setNumbers(node, property, numbers);
  return undefined;
}
