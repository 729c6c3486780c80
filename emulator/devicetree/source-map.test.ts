import { describe, expect, it } from 'vitest';
import { formatPosition } from '../base/position.ts';
import { MemoryFiles } from '../testing/memory-files.ts';
import { loadDeviceTree } from './load.ts';
import { findNodeCompiler } from './node.ts';
import type { DeviceTree } from './tree.ts';

const files = {
  'soc.dtsi': [
    '/ {',
    '\tsoc: soc@0 {',
    '\t\tstatus = "disabled";',
    '\t\tsize = <1>; alignment = <2>;',
    '\t};',
    '\tcpus { };',
    '};',
  ],
  'consts.h': ['#define BASE 40', '#define CELLS(a, b) < a b >', '#define NAMED reg'],
  'board.dts': [
    '/dts-v1/;',
    '#include "consts.h"',
    '#include "soc.dtsi"',
    '/* a comment',
    '   over two lines */',
    '/ {',
    '\tNAMED = <3>;',
    '\ttext = "reg = <1>; }";',
    '\tmemory@BASE { reg = CELLS(1, 2); tail; };',
    '};',
    '&soc {',
    '\tstatus = "okay";',
    '\t/delete-property/ alignment;',
    '};',
    '&soc { status = "ok"; };',
  ],
  'add.dtso': ['/dts-v1/;', '/plugin/;', '&soc {', '\tsize = <9>;', '\tadded: child { here; };', '};'],
};

async function load(file: string, overlays: readonly string[] = [], more: Record<string, Uint8Array> = {}) {
  const texts = Object.fromEntries(
    Object.entries(files).map(([name, lines]) => [name, `${lines.join('\n')}\n`]),
  );
  return loadDeviceTree({
    ...{ file, overlays, files: new MemoryFiles({ ...texts, ...more }) },
    findCompiler: () => findNodeCompiler(),
  });
}

function where(tree: DeviceTree, path: string, property?: string): string | undefined {
  const node = tree.node(path);
  if (node === undefined) throw new Error(`no node ${path}`);
  const position = tree.positionOf(node, property);
  return position === undefined ? undefined : formatPosition(position);
}

function first(tree: DeviceTree, path: string, property: string): string | undefined {
  const position = tree.positions?.firstDefined(path, property);
  return position === undefined ? undefined : formatPosition(position);
}

describe('positions', () => {
  it('of a node point at its label or name, where it was first written', async () => {
    const tree = await load('board.dts');
    expect(where(tree, '/soc@0')).toBe('soc.dtsi:2:2');
    expect(where(tree, '/cpus')).toBe('soc.dtsi:6:2');
    expect(tree.positions?.node('/soc@0')).toMatchObject({ column: 2, endColumn: 12 });
  });

  it('of a property point at the text that won', async () => {
    const tree = await load('board.dts');
    expect(where(tree, '/soc@0', 'size')).toBe('soc.dtsi:4:3');
    expect(where(tree, '/soc@0', 'status')).toBe('board.dts:15:8');
    expect(tree.positions?.property('/soc@0', 'size')).toMatchObject({ column: 3, endColumn: 14 });
  });

  it('are the start of the line where a macro changed what comes before', async () => {
    const tree = await load('board.dts');
    expect(where(tree, '/memory@40')).toBe('board.dts:9:2');
    expect(where(tree, '/memory@40', 'tail')).toBe('board.dts:9:2');
    expect(where(tree, '/', 'reg')).toBe('board.dts:7:2');
  });

  it('tell where an overridden property was first defined', async () => {
    const tree = await load('board.dts');
    expect(first(tree, '/soc@0', 'status')).toBe('soc.dtsi:3:3');
    expect(first(tree, '/soc@0', 'size')).toBeUndefined();
    expect(first(tree, '/', 'text')).toBeUndefined();
  });

  it('of what an overlay adds or sets lie in the overlay', async () => {
    const tree = await load('board.dts', ['add.dtso']);
    expect(where(tree, '/soc@0/child')).toBe('add.dtso:5:2');
    expect(where(tree, '/soc@0/child', 'here')).toBe('add.dtso:5:17');
    expect(where(tree, '/soc@0', 'size')).toBe('add.dtso:4:2');
    expect(first(tree, '/soc@0', 'size')).toBe('soc.dtsi:4:3');
    expect(where(tree, '/soc@0', 'status')).toBe('board.dts:15:8');
    expect(first(tree, '/soc@0', 'status')).toBe('soc.dtsi:3:3');
  });

  it('are not those of the base for what an overlay without text has set', async () => {
    const compiler = await findNodeCompiler();
    const source = files['add.dtso'].join('\n');
    const blob = await compiler?.compile(source, { file: 'add.dtso', symbols: true });
    const tree = await load('board.dts', ['add.dtbo'], { 'add.dtbo': blob?.dtb ?? new Uint8Array() });
    expect(tree.positions?.property('/soc@0', 'size')).toBeUndefined();
    expect(tree.positions?.node('/soc@0/child')).toBeUndefined();
    expect(where(tree, '/soc@0', 'status')).toBe('board.dts:15:8');
  });

  it('are unknown in a blob, and for what the compiler made up', async () => {
    const compiler = await findNodeCompiler();
    const blob = await compiler?.compile('/dts-v1/;\n/ { b = <&a>; a: a { }; };', { file: 'x.dts' });
    expect((await load('x.dtb', [], { 'x.dtb': blob?.dtb ?? new Uint8Array() })).positions).toBeUndefined();
    const source = await load('y.dts', [], {
      'y.dts': new TextEncoder().encode('/dts-v1/;\n/ { b = <&a>; a: a { }; };'),
    });
    expect(source.node('/a')?.has('phandle')).toBe(true);
    expect(source.positions?.property('/a', 'phandle')).toBeUndefined();
  });
});
