import { describe, expect, it } from 'vitest';
import { DecisionRecord } from '../base/decisions.ts';
import { DeviceTree, DtNode } from '../devicetree/tree.ts';
import { setNumbers } from '../devicetree/tree-edit.ts';
import { carveOut, parseCarveOut } from './carve-out.ts';
import { memoryBanks, writeMemory } from './memory-nodes.ts';

function treeWith(baseBytes: bigint, sizeBytes: bigint): DeviceTree {
  const root = new DtNode('');
  setNumbers(root, '#address-cells', [{ value: 2n, cells: 1 }]);
  setNumbers(root, '#size-cells', [{ value: 2n, cells: 1 }]);
  const tree = new DeviceTree({ root, file: 'board.dts' });
  writeMemory(tree, [{ baseBytes, sizeBytes }]);
  return tree;
}

function banksWithout(text: string): readonly (readonly [bigint, bigint])[] {
  const tree = treeWith(0x40000000n, 0x40000000n);
  const part = parseCarveOut(text);
  carveOut(tree, part === undefined ? [] : [part], new DecisionRecord());
  return memoryBanks(tree).map((bank) => [bank.baseBytes, bank.sizeBytes] as const);
}

describe('a carve-out', () => {
  it('is read from BASE+SIZE and a name', () => {
    expect(parseCarveOut('0x3b400000+76M:gpu')).toEqual({
      baseBytes: 0x3b400000n,
      sizeBytes: 76n << 20n,
      name: 'gpu',
    });
    expect(parseCarveOut('0+1M')?.name).toBe('firmware');
    for (const text of ['', '1M', '0+0', '0+1M:']) expect(parseCarveOut(text)).toBeUndefined();
  });

  it('takes the end, the beginning or the middle of a bank', () => {
    expect(banksWithout('0x7c000000+64M')).toEqual([[0x40000000n, 0x3c000000n]]);
    expect(banksWithout('0x40000000+64M')).toEqual([[0x44000000n, 0x3c000000n]]);
    expect(banksWithout('0x50000000+64M')).toEqual([
      [0x40000000n, 0x10000000n],
      [0x54000000n, 0x2c000000n],
    ]);
  });

  it('outside RAM changes nothing', () => {
    expect(banksWithout('0x90000000+64M')).toEqual([[0x40000000n, 0x40000000n]]);
  });

  it('of all RAM is refused', () => {
    expect(() => banksWithout('0x40000000+1G:tee')).toThrow(
      'the carve-out tee at 0x40000000+0x40000000 leaves no RAM',
    );
  });
});
