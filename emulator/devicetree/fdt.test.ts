import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InputError } from '../base/input-error.ts';
import { isFdt, readFdt, writeFdt } from './fdt.ts';
import { DeviceTree, DtNode, DtProperty } from './tree.ts';

/** A blob assembled by hand: header, one reservation, the structure given, strings `reg\0compatible\0`. */
function blob(
  structure: readonly (number | string)[],
  header: Partial<Record<number, number>> = {},
): Uint8Array {
  const words = structure.flatMap((part) => (typeof part === 'number' ? [part] : textWords(part)));
  const strings = new TextEncoder().encode('reg\0compatible\0');
  const structureAt = 40 + 32;
  const stringsAt = structureAt + words.length * 4;
  const total = stringsAt + strings.length;
  const fields = [0xd00dfeed, total, structureAt, stringsAt, 40, 17, 16, 3, strings.length, words.length * 4];
  const bytes = new Uint8Array(total);
  const view = new DataView(bytes.buffer);
  fields.forEach((value, index) => {
    view.setUint32(index * 4, header[index] ?? value);
  });
  view.setBigUint64(40, 0x1000n);
  view.setBigUint64(48, 0x2000n);
  words.forEach((word, index) => {
    view.setUint32(structureAt + index * 4, word);
  });
  bytes.set(strings, stringsAt);
  return bytes;
}

function textWords(text: string): number[] {
  const padded = text.padEnd((text.length + 4) & ~3, '\0');
  return Array.from({ length: padded.length / 4 }, (_, index) =>
    [0, 1, 2, 3].reduce((word, byte) => (word << 8) | padded.charCodeAt(index * 4 + byte), 0),
  );
}

const small = [1, '', 3, 8, 0, 1, 2, 4, 1, 'soc', 3, 0, 4, 2, 2, 9];

function refusal(bytes: Uint8Array): { problem: string; offset: string } {
  try {
    readFdt(bytes, 'x.dtb');
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const [, offset, problem] =
      /^x\.dtb: broken devicetree blob at offset (0x[0-9a-f]+): (.*)$/.exec(error.message) ?? [];
    return { problem: problem ?? '', offset: offset ?? '' };
  }
  throw new Error('the blob was accepted');
}

describe('the reader', () => {
  it('reads nodes, properties, reservations and the boot CPU', () => {
    const tree = readFdt(blob(small), 'x.dtb');
    expect(tree.root.property('reg')?.cells).toEqual([1, 2]);
    expect(tree.node('/soc')?.property('compatible')?.bytes).toHaveLength(0);
    expect(tree.reservations).toEqual([{ baseBytes: 0x1000n, sizeBytes: 0x2000n }]);
    expect(tree.bootCpu).toBe(3);
    expect(tree.file).toBe('x.dtb');
  });

  it('reads version 16, whose header does not tell the size of the structure', () => {
    expect(readFdt(blob(small, { 5: 16, 9: 0xffffffff }), 'x.dtb').node('/soc')).toBeDefined();
  });

  it('ignores what lies behind the stated size', () => {
    const bytes = new Uint8Array([...blob(small), 1, 2, 3]);
    expect(readFdt(bytes, 'x.dtb').node('/soc')).toBeDefined();
  });

  it('keeps the first of two properties with one name, as the kernel does', () => {
    const tree = readFdt(blob([1, '', 3, 4, 0, 7, 3, 4, 0, 8, 2, 9]), 'x.dtb');
    expect(tree.root.property('reg')?.cell).toBe(7);
  });

  it('knows a blob by its first four bytes', () => {
    expect(isFdt(blob(small))).toBe(true);
    expect(isFdt(new TextEncoder().encode('/dts-v1/;'))).toBe(false);
    expect(isFdt(new Uint8Array([0xd0, 0x0d]))).toBe(false);
  });

  it.each<[string, Uint8Array, string, string | RegExp]>([
    ['cut off in the header', blob(small).slice(0, 20), '0x14', 'the header is cut off after 20 bytes'],
    ['with another magic number', blob(small, { 0: 1 }), '0x0', 'the magic number is 0x1, not 0xd00dfeed'],
    ['of an old format', blob(small, { 5: 3 }), '0x14', 'format version 3 is older than 16'],
    ['of a format to come', blob(small, { 6: 18 }), '0x18', 'it needs a reader of format version 18'],
    [
      'smaller than its header',
      blob(small, { 1: 8 }),
      '0x4',
      'a total size of 8 bytes is smaller than the header',
    ],
    [
      'that is too large',
      blob(small, { 1: 2 ** 31 }),
      '0x4',
      'a total size of 2147483648 bytes is beyond what a devicetree has (16777216)',
    ],
    [
      'with a structure outside',
      blob(small, { 2: 0xfffffff0 }),
      '0x8',
      /^the structure block ends at \d+, behind/,
    ],
    [
      'with a structure in the header',
      blob(small, { 2: 4 }),
      '0x8',
      'the structure block starts inside the header, at 4',
    ],
    ['with strings outside', blob(small, { 8: 1000 }), '0xc', /^the strings block ends at \d+, behind/],
    [
      'with endless reservations',
      blob(small, { 4: 72 + 4 }),
      '0x4c',
      'the memory reservation block has no end',
    ],
    ['without nodes', blob([9]), '0x48', 'there is no root node'],
    ['with a second root', blob([1, '', 2, 1, '', 2, 9]), '0x54', 'there is a second root node'],
    ['that ends in a node', blob([1, '', 1, 'soc', 9]), '0x58', 'the blob ends inside of /soc'],
    ['that closes too much', blob([1, '', 2, 2, 9]), '0x54', 'a node ends where none is open'],
    ['with a property outside', blob([3, 0, 0, 9]), '0x48', 'a property stands outside of every node'],
    [
      'with a late property',
      blob([1, '', 1, 'a', 2, 3, 0, 0, 2, 9]),
      '0x5c',
      'a property stands behind a child node',
    ],
    ['with an unknown token', blob([1, '', 7, 2, 9]), '0x50', '0x7 is no token'],
    ['with a cut property', blob([1, '', 3, 0]), '0x50', 'a property is cut off'],
    [
      'with a value too long',
      blob([1, '', 3, 99, 0, 2, 9]),
      '0x50',
      'the value of reg (99 bytes) is cut off',
    ],
    [
      'with a name outside',
      blob([1, '', 3, 0, 99, 2, 9]),
      '0x58',
      "a property's name lies behind the strings block, at 99",
    ],
    ['with an endless node name', blob([1, 0x61616161]), '0x4c', 'the name of a node has no end'],
    ['without an end', blob([1, '', 2]), '0x54', 'the structure block ends before its end token'],
  ])('refuses a blob %s', (_what, bytes, offset, problem) => {
    const found = refusal(bytes);
    if (typeof problem === 'string') expect(found.problem).toBe(problem);
    else expect(found.problem).toMatch(problem);
    expect(found.offset).toBe(offset);
  });

  it('refuses nodes that nest ten thousand deep', () => {
    const depth = 10_000;
    const deep = [...Array(depth).fill([1, 'a']).flat(), ...Array(depth).fill(2), 9];
    expect(refusal(blob(deep)).problem).toBe('nodes nest deeper than 512');
  });

  it('refuses every blob that was cut short', () => {
    const whole = blob(small);
    for (let length = 0; length < whole.length; length++)
      expect(refusal(whole.slice(0, length)).problem).not.toBe('');
  });
});

const names = fc.stringMatching(/^[a-zA-Z#][a-zA-Z0-9,._+-]{0,30}$/);
const value = fc.uint8Array({ maxLength: 40 });
interface Shape {
  readonly properties: Record<string, Uint8Array>;
  readonly children: readonly (readonly [string, Shape])[];
}
const shape = fc.memo(
  (depth): fc.Arbitrary<Shape> =>
    fc.record({
      properties: fc.dictionary(names, value, { maxKeys: 5, noNullPrototype: true }),
      children: depth <= 1 ? fc.constant([]) : fc.array(fc.tuple(names, shape()), { maxLength: 3 }),
    }),
);
const reservation = fc.record({
  baseBytes: fc.bigInt(0n, 2n ** 64n - 1n),
  sizeBytes: fc.bigInt(1n, 2n ** 64n - 1n),
});

function grow(node: DtNode, { properties, children }: Shape): DtNode {
  for (const [name, bytes] of Object.entries(properties))
    node.properties.set(name, new DtProperty(name, bytes));
  for (const [name, child] of children) node.children.push(grow(new DtNode(name, node), child));
  return node;
}

const trees = fc
  .record({ shape: shape(5), reservations: fc.array(reservation, { maxLength: 3 }), bootCpu: fc.nat() })
  .map((facts) => new DeviceTree({ ...facts, root: grow(new DtNode(''), facts.shape), file: 'x' }));

function outline(node: DtNode): unknown {
  return [
    node.name,
    [...node.properties].map(([name, { bytes }]) => [name, [...bytes]]),
    node.children.map(outline),
  ];
}

describe('reader and writer', () => {
  it('read what was written', () => {
    fc.assert(
      fc.property(trees, (tree) => {
        const again = readFdt(writeFdt(tree), 'x');
        expect(outline(again.root)).toEqual(outline(tree.root));
        expect(again.reservations).toEqual(tree.reservations);
        expect(again.bootCpu).toBe(tree.bootCpu);
      }),
    );
  });

  it('write what was read, byte for byte', () => {
    fc.assert(
      fc.property(trees, (tree) => {
        const bytes = writeFdt(tree);
        expect(Buffer.compare(writeFdt(readFdt(bytes, 'x')), bytes)).toBe(0);
      }),
    );
  });

  it('share the bytes of a property name that is the end of an earlier one', () => {
    const root = grow(new DtNode(''), {
      properties: { 'assigned-clocks': new Uint8Array(), clocks: new Uint8Array() },
      children: [],
    });
    const text = new TextDecoder().decode(writeFdt(new DeviceTree({ root, file: 'x' })));
    expect(text.split('clocks')).toHaveLength(2);
  });
});
