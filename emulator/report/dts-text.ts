import { formatPosition } from '../base/position.ts';
import { hex } from '../base/units.ts';
import type { DeviceTree, DtNode, DtProperty } from '../devicetree/tree.ts';

export interface DtsTextOptions {
  /** Say behind each node and property where it comes from, where that is known. */
  readonly annotate?: boolean;
}

/** A tree as source that compiles to the same tree: strings where they read as such, else cells, else bytes. */
export function dtsText(tree: DeviceTree, options: DtsTextOptions = {}): string {
  const reservations = tree.reservations.map(
    ({ baseBytes, sizeBytes }) => `/memreserve/ ${hex(baseBytes)} ${hex(sizeBytes)};\n`,
  );
  const where = options.annotate === true ? (...of: Parameters<Where>) => place(tree, ...of) : () => '';
  return ['/dts-v1/;\n', ...reservations, '\n', ...nodeLines(tree.root, where)].join('');
}

/** A comment that tells where a text stands; for a property that won over an earlier one, also where that is. */
function place(tree: DeviceTree, node: DtNode, property?: string): string {
  const position = tree.positionOf(node, property);
  if (position === undefined) return '';
  const first = property === undefined ? undefined : tree.firstDefinitionOf(node, property);
  const earlier = first === undefined ? '' : `, first defined at ${formatPosition(first)}`;
  return ` /* ${formatPosition(position)}${earlier} */`;
}

type Where = (node: DtNode, property?: string) => string;

/** Without recursion, since a tree may be deeper than a call stack. */
function* nodeLines(root: DtNode, where: Where): IterableIterator<string> {
  const waiting: ({ readonly node: DtNode; readonly depth: number } | string)[] = [{ node: root, depth: 0 }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (typeof next === 'string') {
      yield next;
      continue;
    }
    const { node, depth } = next;
    const indent = '\t'.repeat(depth);
    yield `${indent}${node.parent === undefined ? '/' : node.name} {${where(node)}\n`;
    for (const property of node.properties.values()) {
      yield `${indent}\t${property.name}${valueText(property)};${where(node, property.name)}\n`;
    }
    waiting.push(`${indent}};\n`);
    for (const [index, child] of [...node.children.entries()].reverse()) {
      waiting.push({ node: child, depth: depth + 1 });
      if (index > 0 || node.properties.size > 0) waiting.push('\n');
    }
  }
}

function valueText(property: DtProperty): string {
  const { bytes } = property;
  if (bytes.length === 0) return '';
  if (readsAsStrings(bytes)) return ` = ${property.strings.map(quoted).join(', ')}`;
  if (bytes.length % 4 === 0) return ` = <${property.cells.map((cell) => hex(cell)).join(' ')}>`;
  return ` = [${[...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(' ')}]`;
}

/** Printable text, each string ended by one NUL and none of them empty. */
function readsAsStrings(bytes: Uint8Array): boolean {
  if (bytes.at(-1) !== 0 || bytes[0] === 0) return false;
  return bytes.every((byte, index) => (byte === 0 ? bytes[index - 1] !== 0 : byte >= 0x20 && byte < 0x7f));
}

function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}
