import { expect, test } from 'vitest';
import { fdtSize } from './fdt-size.ts';
import { writeFdt } from './fdt-writer.ts';
import { DeviceTree, DtNode, DtProperty } from './tree.ts';

function tree(names: readonly string[], reservations = 0): DeviceTree {
  const root = new DtNode('');
  const child = new DtNode('memory@0', root);
  root.children.push(child);
  for (const [index, name] of names.entries()) {
    const node = index % 2 === 0 ? root : child;
    node.properties.set(name, new DtProperty(name, new Uint8Array(index)));
  }
  const range = { baseBytes: 0n, sizeBytes: 4096n };
  return new DeviceTree({
    root,
    reservations: Array.from({ length: reservations }, () => range),
    file: 'x.dts',
  });
}

test.each([
  ['nothing but nodes', tree([])],
  ['properties of every length', tree(['a', 'bb', 'ccc', 'dddd', 'eeeee'])],
  ['a name that ends an earlier one', tree(['#address-cells', 'cells', 'address-cells', 's'])],
  ['a name that begins or fills an earlier one', tree(['compatible', 'comp', 'patib'])],
  ['reservations', tree(['reg'], 3)],
])('a tree with %s is as long as it is written', (_, subject) => {
  expect(fdtSize(subject)).toBe(writeFdt(subject).length);
});
