import { describe, expect, it } from 'vitest';
import { DeviceTree, DtNode } from '../tree.ts';
import { addNode, setNumbers, setString } from '../tree-edit.ts';
import { applyEdits, type TreeEdit } from './edits.ts';

function board(): DeviceTree {
  const root = new DtNode('');
  setNumbers(root, '#address-cells', [{ value: 2n, cells: 1 }]);
  setNumbers(root, '#size-cells', [{ value: 2n, cells: 1 }]);
  const reserved = addNode(root, 'reserved-memory');
  setNumbers(reserved, '#address-cells', [{ value: 2n, cells: 1 }]);
  setNumbers(reserved, '#size-cells', [{ value: 2n, cells: 1 }]);
  const pool = addNode(reserved, 'linux,cma');
  setString(pool, 'compatible', 'shared-dma-pool');
  setNumbers(pool, 'size', [{ value: 0x8000000n, cells: 2 }]);
  return new DeviceTree({ root, file: 'board.dts' });
}

const pool = '/reserved-memory/linux,cma';

function edited(...edits: readonly TreeEdit[]): DeviceTree {
  return applyEdits(board(), edits);
}

const set = (text: string): TreeEdit => ({ kind: 'set', text });
const remove = (text: string): TreeEdit => ({ kind: 'delete', text });
const add = (text: string): TreeEdit => ({ kind: 'add-region', text });
const cells = (tree: DeviceTree, path: string, property: string) =>
  tree.node(path)?.property(property)?.cells;

describe('--set', () => {
  it('writes sizes and addresses as wide as the binding says', () => {
    expect(cells(edited(set(`${pool}:size=0x10000000`)), pool, 'size')).toEqual([0, 0x10000000]);
    expect(cells(edited(set(`${pool}:size=8G`)), pool, 'size')).toEqual([2, 0]);
    expect(cells(edited(set(`${pool}:alloc-ranges=0x40000000+1G,0+1M`)), pool, 'alloc-ranges')).toEqual([
      0, 0x40000000, 0, 0x40000000, 0, 0, 0, 0x100000,
    ]);
  });

  it('writes cells, strings, bytes, words and empty properties', () => {
    const tree = edited(
      set(`${pool}:a=<1 0x2>`),
      set(`${pool}:b="x", "y"`),
      set(`${pool}:c=[0a FF]`),
      set(`${pool}:status=disabled`),
      set(`${pool}:reusable`),
      set(`${pool}:d=7`),
    );
    const node = tree.node(pool);
    expect(node?.property('a')?.cells).toEqual([1, 2]);
    expect(node?.property('b')?.strings).toEqual(['x', 'y']);
    expect([...(node?.property('c')?.bytes ?? [])]).toEqual([0x0a, 0xff]);
    expect(node?.property('status')?.string).toBe('disabled');
    expect(node?.property('reusable')?.bytes.length).toBe(0);
    expect(node?.property('d')?.cells).toEqual([7]);
  });

  it('leaves the tree that it was given alone', () => {
    const tree = board();
    applyEdits(tree, [set(`${pool}:size=1M`)]);
    expect(cells(tree, pool, 'size')).toEqual([0, 0x8000000]);
  });

  it('names what is wrong', () => {
    expect(() => edited(set('/reserved-memory/linux,cam:size=1'))).toThrow(
      "--set '/reserved-memory/linux,cam:size=1': the tree has no node /reserved-memory/linux,cam; did you mean linux,cma?",
    );
    expect(() => edited(set('size=1'))).toThrow('expected NODE:PROP=VALUE');
    expect(() => edited(set(`${pool}:a=<1`))).toThrow('expected cells of 32 bits');
    expect(() => edited(set(`${pool}:a=<0x100000000>`))).toThrow('expected cells of 32 bits');
    expect(() => edited(set(`${pool}:a=[0`))).toThrow('expected bytes');
    expect(() => edited(set(`${pool}:reg=64M`))).toThrow('expected BASE+SIZE');
    expect(() => edited(set(`${pool}:d=8G`))).toThrow('0x200000000 does not fit into the 1 cell');
  });
});

describe('--delete', () => {
  it('takes a node or a property away', () => {
    expect(edited(remove(pool)).node(pool)).toBeUndefined();
    expect(
      edited(remove(`${pool}:size`))
        .node(pool)
        ?.has('size'),
    ).toBe(false);
  });

  it('names what is missing', () => {
    expect(() => edited(remove(`${pool}:sizes`))).toThrow(
      `${pool} has no property sizes; did you mean size?`,
    );
    expect(() => edited(remove('/soc/gpu'))).toThrow('the tree has no node /soc');
    expect(() => edited(remove('/'))).toThrow('the root cannot be deleted');
  });
});

describe('--add-region', () => {
  it('adds a pool, with commas in its name', () => {
    const node = edited(add('vendor,pool,size=64M,reusable,default')).node('/reserved-memory/vendor,pool');
    expect(node?.compatible).toEqual(['shared-dma-pool']);
    expect(node?.property('size')?.cells).toEqual([0, 0x4000000]);
    expect(node?.has('reusable') && node.has('linux,cma-default')).toBe(true);
  });

  it('with a base is a static region, named with its address', () => {
    const node = edited(add('firmware,size=1M,base=0x50000000,no-map')).node(
      '/reserved-memory/firmware@50000000',
    );
    expect(node?.property('reg')?.cells).toEqual([0, 0x50000000, 0, 0x100000]);
    expect(node?.has('size')).toBe(false);
    expect(node?.has('no-map')).toBe(true);
    expect(node?.compatible).toEqual([]);
  });

  it('makes /reserved-memory where there is none', () => {
    const tree = edited(remove('/reserved-memory'), add('pool,size=4M,reusable'));
    const parent = tree.node('/reserved-memory');
    expect(parent?.addressCells).toBe(2);
    expect(parent?.has('ranges')).toBe(true);
    expect(parent?.children.map((child) => child.name)).toEqual(['pool']);
  });

  it('names what is wrong', () => {
    expect(() => edited(add('pool'))).toThrow('a region needs size=');
    expect(() => edited(add('pool,size=64M,shiny=1'))).toThrow('"shiny" is not expected');
    expect(() => edited(add('linux,cma,size=64M'))).toThrow('/reserved-memory/linux,cma is there already');
    expect(() => edited(add('a b,size=64M'))).toThrow('"a b" is no name for a node');
  });
});

describe('positions', () => {
  const source = {
    node: () => ({ file: 'board.dts', line: 1 }),
    property: () => ({ file: 'board.dts', line: 2 }),
    firstDefined: () => undefined,
  };

  function positionsAfter(...edits: readonly TreeEdit[]) {
    const { root, file } = board();
    return applyEdits(new DeviceTree({ root, file, positions: source }), edits).positions;
  }

  it('are those of the source, but for what an edit wrote', () => {
    const positions = positionsAfter(set(`${pool}:size=1M`), add('more,size=2M'));
    expect(positions?.property(pool, 'size')).toBeUndefined();
    expect(positions?.firstDefined(pool, 'size')).toEqual({ file: 'board.dts', line: 2 });
    expect(positions?.property(pool, 'compatible')).toEqual({ file: 'board.dts', line: 2 });
    expect(positions?.node(pool)).toEqual({ file: 'board.dts', line: 1 });
    expect(positions?.node('/reserved-memory/more')).toBeUndefined();
  });

  it('of a region that replaces another are not those of the old one', () => {
    const positions = positionsAfter(remove(pool), add('linux,cma,size=2M'));
    expect(positions?.node(pool)).toBeUndefined();
    expect(positions?.property(pool, 'size')).toBeUndefined();
  });
});
