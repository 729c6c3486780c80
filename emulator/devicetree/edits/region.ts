import { parseSize } from '../../base/units.ts';
import type { DeviceTree, DtNode } from '../tree.ts';
import { addNode, setNumbers, setString } from '../tree-edit.ts';
import { setValue } from './value.ts';

const flags: Readonly<Record<string, string>> = {
  reusable: 'reusable',
  'no-map': 'no-map',
  default: 'linux,cma-default',
};
const values: Readonly<Record<string, string>> = {
  size: 'size',
  alignment: 'alignment',
  'alloc-ranges': 'alloc-ranges',
  compatible: 'compatible',
  status: 'status',
};

/**
 * Adds a region under /reserved-memory from `name,size=64M[,base=…][,alignment=…][,alloc-ranges=BASE+SIZE]
 * [,compatible=…][,status=…][,reusable][,default][,no-map]`; makes /reserved-memory where there is none.
 * Returns what is wrong with the text, or undefined.
 */
export function addRegion(tree: DeviceTree, text: string): string | undefined {
  const { name, words } = splitRegion(text);
  if (!/^[\w,.+-]+(@[0-9a-f,]+)?$/i.test(name)) return `"${name}" is no name for a node`;
  const wrong = words.find(([key, value]) =>
    value === undefined ? !(key in flags) : key !== 'base' && !(key in values),
  );
  if (wrong !== undefined) {
    const known = [...Object.keys(values), 'base'].map((key) => `${key}=`).concat(Object.keys(flags));
    return `"${wrong[0]}" is not expected; known are ${known.join(', ')}`;
  }
  const given = new Map(words);
  const size = given.get('size');
  if (size === undefined || parseSize(size) === undefined)
    return 'a region needs size=, for instance size=64M';
  const parent = reservedMemory(tree);
  const base = given.get('base');
  const baseBytes = base === undefined ? undefined : parseSize(base);
  if (base !== undefined && baseBytes === undefined) return `base=${base}: expected an address`;
  const fullName = baseBytes === undefined || name.includes('@') ? name : `${name}@${baseBytes.toString(16)}`;
  if (parent.children.some((child) => child.name === fullName))
    return `${parent.path}/${fullName} is there already`;
  return fill(addNode(parent, fullName), given, baseBytes);
}

/** `linux,cma` is one name, commas and all: the first part that looks like a word of ours ends it. */
function splitRegion(text: string): { name: string; words: (readonly [string, string | undefined])[] } {
  const parts = text.split(',').map((part) => part.trim());
  const isWord = (part: string) => part in flags || /^[a-z-]+=/.test(part);
  const first = parts.findIndex((part, index) => index > 0 && isWord(part));
  const end = first < 0 ? parts.length : first;
  const words = parts.slice(end).map((part) => {
    const equals = part.indexOf('=');
    return equals < 0
      ? ([part, undefined] as const)
      : ([part.slice(0, equals), part.slice(equals + 1)] as const);
  });
  return { name: parts.slice(0, end).join(','), words };
}

function fill(
  node: DtNode,
  given: ReadonlyMap<string, string | undefined>,
  baseBytes: bigint | undefined,
): string | undefined {
  const isPool = given.has('reusable') || given.has('default');
  if (isPool && !given.has('compatible')) setString(node, 'compatible', 'shared-dma-pool');
  for (const [key, value] of given) {
    const flag = flags[key];
    const property = values[key];
    if (flag !== undefined) setValue(node, flag, '');
    if (property === undefined || value === undefined || (key === 'size' && baseBytes !== undefined))
      continue;
    const problem = setValue(node, property, value);
    if (problem !== undefined) return `${key}=${value}: ${problem}`;
  }
  if (baseBytes === undefined) return undefined;
  return setValue(node, 'reg', `0x${baseBytes.toString(16)}+${given.get('size')}`);
}

/** /reserved-memory, made as the kernel wants it where it is missing: the root's cells, and `ranges`. */
function reservedMemory(tree: DeviceTree): DtNode {
  const present = tree.node('/reserved-memory');
  if (present !== undefined) return present;
  const node = addNode(tree.root, 'reserved-memory');
  setNumbers(node, '#address-cells', [{ value: BigInt(tree.root.addressCells ?? 2), cells: 1 }]);
  setNumbers(node, '#size-cells', [{ value: BigInt(tree.root.sizeCells ?? 1), cells: 1 }]);
  setValue(node, 'ranges', '');
  return node;
}
