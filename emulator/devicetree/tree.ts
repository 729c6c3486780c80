import type { SourcePosition } from '../base/position.ts';
import type { PhysicalRange } from '../base/range.ts';

const utf8 = new TextDecoder();

/** A property of a node: a name and its bytes, with the readings that bindings use. Numbers are big-endian. */
export class DtProperty {
  readonly name: string;
  readonly bytes: Uint8Array;

  constructor(name: string, bytes: Uint8Array) {
    this.name = name;
    this.bytes = bytes;
  }

  /** The value as 32-bit cells; a last incomplete cell is left out. */
  get cells(): readonly number[] {
    const view = new DataView(this.bytes.buffer, this.bytes.byteOffset, this.bytes.byteLength);
    return Array.from({ length: this.bytes.length >> 2 }, (_, index) => view.getUint32(index * 4));
  }

  /** The first cell, or undefined where the value is shorter than one. */
  get cell(): number | undefined {
    if (this.bytes.length < 4) return undefined;
    return new DataView(this.bytes.buffer, this.bytes.byteOffset).getUint32(0);
  }

  /** The value as a list of NUL-terminated strings. */
  get strings(): readonly string[] {
    const text = utf8.decode(this.bytes);
    const parts = text.split('\0');
    if (parts.at(-1) === '') parts.pop();
    return parts;
  }

  /** The first string; an empty value reads as the empty string. */
  get string(): string {
    return this.strings[0] ?? '';
  }

  /** Reads `count` cells from cell `index` as one number; undefined beyond the value's end. */
  number(index: number, count: number): bigint | undefined {
    if ((index + count) * 4 > this.bytes.length) return undefined;
    const view = new DataView(this.bytes.buffer, this.bytes.byteOffset);
    let value = 0n;
    for (let at = index; at < index + count; at++) value = (value << 32n) | BigInt(view.getUint32(at * 4));
    return value;
  }
}

/** A node of a devicetree. */
export class DtNode {
  /** With the unit address: `memory@40000000`; the root's is empty. */
  readonly name: string;
  readonly parent: DtNode | undefined;
  readonly properties = new Map<string, DtProperty>();
  readonly children: DtNode[] = [];

  constructor(name: string, parent?: DtNode) {
    this.name = name;
    this.parent = parent;
  }

  /** The full path: `/reserved-memory/linux,cma`. */
  get path(): string {
    if (this.parent === undefined) return '/';
    let path = '';
    for (let node: DtNode = this; node.parent !== undefined; node = node.parent)
      path = `/${node.name}${path}`;
    return path;
  }

  /** The name without its unit address. */
  get baseName(): string {
    const at = this.name.indexOf('@');
    return at < 0 ? this.name : this.name.slice(0, at);
  }

  has(property: string): boolean {
    return this.properties.has(property);
  }

  property(name: string): DtProperty | undefined {
    return this.properties.get(name);
  }

  /** The first child of that name; without a unit address in `name`, one with an address is found too. */
  child(name: string): DtNode | undefined {
    return (
      this.children.find((child) => child.name === name) ??
      (name.includes('@') ? undefined : this.children.find((child) => child.baseName === name))
    );
  }

  /** `compatible` as a list; empty where it is missing. */
  get compatible(): readonly string[] {
    return this.property('compatible')?.strings ?? [];
  }

  /** The node's own `#address-cells`, or undefined where it states none. */
  get addressCells(): number | undefined {
    return this.property('#address-cells')?.cell;
  }

  /** The node's own `#size-cells`, or undefined where it states none. */
  get sizeCells(): number | undefined {
    return this.property('#size-cells')?.cell;
  }

  /** Whether `status` is absent, `okay` or `ok`, exactly, as of_fdt_device_is_available() sees it. */
  get available(): boolean {
    const status = this.property('status');
    return status === undefined || status.string === 'okay' || status.string === 'ok';
  }

  /** This node and all below it, parents first, in the order of the tree. */
  *walk(): IterableIterator<DtNode> {
    const waiting: DtNode[] = [this];
    for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
      yield node;
      for (let index = node.children.length - 1; index >= 0; index--) {
        const child = node.children[index];
        if (child !== undefined) waiting.push(child);
      }
    }
  }
}

/** Where the text of a node or property stands; made from a source, absent for a bare blob. */
export interface SourcePositions {
  /** Position of a node, by its path. */
  node(path: string): SourcePosition | undefined;
  /** Position of the property text that finally won. */
  property(path: string, name: string): SourcePosition | undefined;
  /** Position of the property's earliest text, where a later one won over it; undefined otherwise. */
  firstDefined(path: string, name: string): SourcePosition | undefined;
}

/** A whole devicetree: its nodes, the header's memory reservations, and where its text stands. */
export class DeviceTree {
  readonly root: DtNode;
  /** The entries of /memreserve/, in their order. */
  readonly reservations: PhysicalRange[];
  readonly bootCpu: number;
  /** The file it came from, for messages. */
  readonly file: string;
  readonly positions: SourcePositions | undefined;

  constructor(facts: {
    readonly root: DtNode;
    readonly reservations?: readonly PhysicalRange[];
    readonly bootCpu?: number;
    readonly file: string;
    readonly positions?: SourcePositions | undefined;
  }) {
    this.root = facts.root;
    this.reservations = [...(facts.reservations ?? [])];
    this.bootCpu = facts.bootCpu ?? 0;
    this.file = facts.file;
    this.positions = facts.positions;
  }

  /** The node at an absolute path, unit addresses optional where unambiguous. */
  node(path: string): DtNode | undefined {
    let node: DtNode | undefined = this.root;
    for (const name of path.split('/')) {
      if (name === '') continue;
      node = node?.child(name);
    }
    return node;
  }

  /** The node whose `phandle` (or `linux,phandle`) is that number. */
  byPhandle(phandle: number): DtNode | undefined {
    for (const node of this.root.walk()) {
      const own = node.property('phandle') ?? node.property('linux,phandle');
      if (own?.cell === phandle) return node;
    }
    return undefined;
  }

  /** Where a property was first defined, if what stands there was overridden later. */
  firstDefinitionOf(node: DtNode, property: string): SourcePosition | undefined {
    return this.positions?.firstDefined(node.path, property);
  }

  /** Where a node, or one of its properties, stands in the source. */
  positionOf(node: DtNode, property?: string): SourcePosition | undefined {
    if (property === undefined) return this.positions?.node(node.path);
    return this.positions?.property(node.path, property) ?? this.positions?.node(node.path);
  }
}
