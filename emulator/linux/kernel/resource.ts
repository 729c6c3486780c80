import { physicalRegisters } from '../../devicetree/semantics/translate.ts';
import type { DtNode } from '../../devicetree/tree.ts';
import { estimateLayout } from '../arch/arm64/mm/image-layout.ts';
import type { Kernel } from '../init/kernel.ts';
import { capable } from './cred.ts';
import type { Task } from './task.ts';

/** A row of /proc/iomem, `end` inclusive, and the rows inside it by address. */
export interface MemoryResource {
  readonly name: string;
  readonly start: bigint;
  readonly end: bigint;
  readonly children: readonly MemoryResource[];
}

/**
 * iomem_resource as the boot leaves it. Plays kernel/resource.c, and of arch/arm64/kernel/setup.c
 * request_standard_resources() and reserve_memblock_reserved_regions().
 * Deviations: of devices only those of an AMBA bus, which claim their registers without a driver; where the kernel's
 * code ends and its data begins is estimated from the size of the image.
 */
function memoryResources(kernel: Kernel): readonly MemoryResource[] {
  const pageBytes = BigInt(kernel.pageSizeBytes);
  const down = (address: bigint): bigint => address - (address % pageBytes);
  const up = (address: bigint): bigint => down(address + pageBytes - 1n);
  const rows = kernel.memblock.memory.regions.flatMap((region): MemoryResource[] => {
    const [start, end] = region.noMap
      ? [down(region.base), up(region.end)]
      : [up(region.base), down(region.end)];
    if (start >= end) return [];
    const name = region.noMap ? 'reserved' : 'System RAM';
    const row = { name, start, end: end - 1n };
    const inside = region.noMap
      ? []
      : kernelRows(kernel).filter((part) => part.start >= start && part.end < end);
    const children = kernel.memblock.reserved.regions.reduce<readonly MemoryResource[]>(
      (known, { base, end: last }) =>
        addReserved(known, larger(down(base), start), smaller(up(last) - 1n, end - 1n)),
      inside,
    );
    return [{ ...row, children }];
  });
  return [...rows, ...busDevices(kernel)].sort(byStart);
}

function kernelRows({ handoff }: Kernel): readonly MemoryResource[] {
  const { start, init, data, end } = estimateLayout(handoff.kernelImage);
  return [
    { name: 'Kernel code', start, end: init - 1n, children: [] },
    { name: 'Kernel data', start: data, end: end - 1n, children: [] },
  ];
}

/** reserve_region_with_split(): only what no row holds yet. */
function addReserved(rows: readonly MemoryResource[], start: bigint, end: bigint): readonly MemoryResource[] {
  if (start > end) return rows;
  const added: MemoryResource[] = [];
  let from = start;
  for (const row of rows) {
    if (row.end < from || row.start > end) continue;
    if (row.start > from) added.push({ name: 'reserved', start: from, end: row.start - 1n, children: [] });
    from = row.end + 1n;
  }
  if (from <= end) added.push({ name: 'reserved', start: from, end, children: [] });
  return [...rows, ...added].sort(byStart);
}

/** amba_device_add(): devices of a PrimeCell bus take their registers when they are found. */
function busDevices({ handoff }: Kernel): readonly MemoryResource[] {
  return [...devicesBelow(handoff.tree.root)].flatMap((node) => {
    if (!node.compatible.includes('arm,primecell')) return [];
    const [registers] = physicalRegisters(node);
    if (registers === undefined || registers.sizeBytes === 0n) return [];
    const { baseBytes: start, sizeBytes } = registers;
    return [{ name: node.name, start, end: start + sizeBytes - 1n, children: [] }];
  });
}

function* devicesBelow(node: DtNode): IterableIterator<DtNode> {
  for (const child of node.children) {
    if (!child.available) continue;
    yield child;
    yield* devicesBelow(child);
  }
}

/** r_show(): addresses are zeros for those who may not know them. */
export function showIomem(kernel: Kernel, task: Task): string {
  const isTold = capable(task.credentials, 'CAP_SYS_ADMIN');
  const address = (value: bigint): string => (isTold ? value : 0n).toString(16).padStart(8, '0');
  const show = (rows: readonly MemoryResource[], depth: number): string =>
    rows
      .map((row) => {
        const line = `${'  '.repeat(depth)}${address(row.start)}-${address(row.end)} : ${row.name}\n`;
        return line + show(row.children, depth + 1);
      })
      .join('');
  return show(memoryResources(kernel), 0);
}

function byStart(one: MemoryResource, other: MemoryResource): number {
  return one.start < other.start ? -1 : one.start > other.start ? 1 : 0;
}

const larger = (one: bigint, other: bigint): bigint => (one > other ? one : other);
const smaller = (one: bigint, other: bigint): bigint => (one < other ? one : other);
