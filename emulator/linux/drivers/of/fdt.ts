import { hex } from '../../../base/units.ts';
import type { DtNode } from '../../../devicetree/tree.ts';
import type { BootEnvironment } from '../../init/kernel.ts';
import type { Memblock } from '../../mm/memblock.ts';
import { type CellRange, FlatTree } from './flat-tree.ts';

/**
 * early_init_dt_scan_memory(): every child of the root with device_type "memory" adds its banks.
 * Plays drivers/of/fdt.c. Answers how many banks there were.
 */
export function scanMemory(boot: BootEnvironment, memblock: Memblock): number {
  const flat = new FlatTree(boot.handoff.tree);
  let banks = 0;
  for (const node of flat.tree.root.children) {
    if (node.property('device_type')?.string !== 'memory' || !node.available) continue;
    const property = node.property('linux,usable-memory') ?? node.property('reg');
    if (property === undefined) continue;
    for (const bank of flat.pairs(property)) {
      if (bank.size === 0n) continue;
      banks += 1;
      addBank(boot, memblock, node, bank);
    }
  }
  for (const { baseBytes, sizeBytes, name } of boot.handoff.carveOuts ?? []) {
    memblock.carveOuts.push({ base: baseBytes, end: baseBytes + sizeBytes, owner: name });
  }
  capToUsableRange(flat, memblock);
  return banks;
}

/** early_init_dt_add_memory_arch(): whole pages only. */
function addBank(boot: BootEnvironment, memblock: Memblock, node: DtNode, bank: CellRange): void {
  const pageSize = BigInt(boot.pageSizeBytes);
  const inPage = bank.base & (pageSize - 1n);
  const ignored = (base: bigint, end: bigint): void => {
    boot.log.warn(`OF: fdt: Ignoring memory block ${hex(base)} - ${hex(BigInt.asUintN(64, end))}`);
    boot.decisions.note({
      subject: 'memory',
      rule: 'memory/whole-pages',
      position: () => boot.handoff.tree.positionOf(node, 'reg'),
      outcome: `the bank at ${hex(bank.base)} of ${node.path} holds no whole page and is left out`,
      evidence: 'read',
    });
  };
  if (bank.size < pageSize - inPage) {
    ignored(bank.base, bank.base + bank.size);
    return;
  }
  let base = inPage === 0n ? bank.base : bank.base + (pageSize - inPage);
  let size = (inPage === 0n ? bank.size : bank.size - (pageSize - inPage)) & ~(pageSize - 1n);
  const lowest = boot.arch.lowestAddress(boot);
  const highest = boot.arch.highestAddress(boot.config.facts);
  if (base > highest || base + size < lowest) {
    ignored(base, base + size);
    return;
  }
  if (base + size - 1n > highest) {
    partIgnored(boot, highest + 1n, base + size);
    size = highest - base + 1n;
  }
  if (base < lowest) {
    partIgnored(boot, base, lowest);
    size -= lowest - base;
    base = lowest;
  }
  memblock.add(base, size);
}

function partIgnored(boot: BootEnvironment, base: bigint, end: bigint): void {
  boot.log.warn(
    `OF: fdt: Ignoring memory range ${hex(BigInt.asUintN(64, base))} - ${hex(BigInt.asUintN(64, end))}`,
  );
}

/** /chosen/linux,usable-memory-range: the first range caps memory, a second one is added to it. */
function capToUsableRange(flat: FlatTree, memblock: Memblock): void {
  const property = flat.tree.node('/chosen')?.property('linux,usable-memory-range');
  if (property === undefined) return;
  const [first, ...more] = flat.pairs(property);
  if (first === undefined || first.size === 0n) return;
  memblock.capTo(first.base, first.base + first.size);
  for (const range of more) memblock.add(range.base, range.size);
}
