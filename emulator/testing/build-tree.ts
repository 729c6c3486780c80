import type { PhysicalRange } from '../base/range.ts';
import { DeviceTree, DtNode, DtProperty } from '../devicetree/tree.ts';

/** A property's value: nothing, a string, a list of strings, or 32-bit cells. */
export type PropertyValue = true | string | readonly string[] | readonly number[];

/** A node as tests write it. */
export interface NodeText {
  readonly [name: string]: PropertyValue | NodeText;
}

const utf8 = new TextEncoder();

function bytesOf(value: PropertyValue): Uint8Array {
  if (value === true) return new Uint8Array(0);
  if (typeof value === 'string') return utf8.encode(`${value}\0`);
  const numbers = value.filter((cell): cell is number => typeof cell === 'number');
  if (numbers.length === 0 && value.length > 0) return utf8.encode(value.map((text) => `${text}\0`).join(''));
  const bytes = new Uint8Array(numbers.length * 4);
  const view = new DataView(bytes.buffer);
  for (const [index, cell] of numbers.entries()) view.setUint32(index * 4, cell);
  return bytes;
}

function isNode(value: PropertyValue | NodeText): value is NodeText {
  return typeof value === 'object' && !Array.isArray(value);
}

function fill(node: DtNode, text: NodeText): void {
  for (const [name, value] of Object.entries(text)) {
    if (isNode(value)) {
      const child = new DtNode(name, node);
      node.children.push(child);
      fill(child, value);
    } else {
      node.properties.set(name, new DtProperty(name, bytesOf(value)));
    }
  }
}

/** A 64-bit number as two cells. */
export function cells(...values: readonly number[]): readonly number[] {
  return values.flatMap((value) => [Math.floor(value / 2 ** 32), value % 2 ** 32]);
}

/** A tree with 64-bit cells, one bank of RAM and these nodes under /reserved-memory. */
export function treeWith(facts: {
  readonly ram?: { readonly base: number; readonly size: number };
  readonly regions?: NodeText;
  readonly root?: NodeText;
  readonly reservations?: readonly PhysicalRange[];
}): DeviceTree {
  const { ram = { base: 0x4000_0000, size: 0x4000_0000 }, regions, root: more = {} } = facts;
  const root = new DtNode('');
  fill(root, {
    '#address-cells': [2],
    '#size-cells': [2],
    [`memory@${ram.base.toString(16)}`]: { device_type: 'memory', reg: cells(ram.base, ram.size) },
    ...(regions === undefined
      ? {}
      : { 'reserved-memory': { '#address-cells': [2], '#size-cells': [2], ranges: true, ...regions } }),
    ...more,
  });
  return new DeviceTree({ root, file: 'test.dts', reservations: facts.reservations ?? [] });
}
