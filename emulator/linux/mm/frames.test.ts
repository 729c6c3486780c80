import { describe, expect, it } from 'vitest';
import { bootSmall } from '../../testing/boot-small.ts';
import { cells, treeWith } from '../../testing/build-tree.ts';
import { spawnProcess } from '../../userland/process.ts';
import { MAP_ANONYMOUS, MAP_PRIVATE, MAP_SHARED, PROT_READ, PROT_WRITE } from '../uapi/mman.ts';

const page = 4096;
const readWrite = PROT_READ | PROT_WRITE;

/** A kernel whose default area is more than half of what is free: processes live in it. */
function crowdedKernel() {
  const pool = {
    compatible: 'shared-dma-pool',
    reusable: true,
    'linux,cma-default': true,
    reg: cells(0x4200_0000, 0x200_0000),
  } as const;
  const tree = treeWith({
    ram: { base: 0x4000_0000, size: 0x400_0000 },
    regions: { 'pool@42000000': pool },
  });
  const { kernel } = bootSmall(tree, { bootargs: 'coherent_pool=4K' });
  const area = kernel?.contiguous.defaultArea;
  if (kernel === undefined || area === undefined) throw new Error('the boot made no default area');
  return { kernel, area };
}

describe('pages of processes in a CMA area', () => {
  it('give way to an allocation, with their content, their sharing and all mappings', () => {
    const { kernel, area } = crowdedKernel();
    const process = spawnProcess(kernel);
    const own = process.mmap({ length: 4 * page, prot: readWrite, flags: MAP_PRIVATE | MAP_ANONYMOUS });
    const shared = process.mmap({ length: page, prot: readWrite, flags: MAP_SHARED | MAP_ANONYMOUS });
    process.memory.write(own, Uint8Array.of(1, 2, 3));
    process.memory.write(shared, Uint8Array.of(9));
    const child = process.fork();
    child.memory.read(shared, 1);
    const borrowed = area.borrowedPages;
    expect(borrowed).toBeGreaterThan(0);

    const free = area.pageCount - area.usedPages;
    expect(area.alloc(free, 0)).toBeGreaterThan(0);
    expect([area.borrowedPages, area.freePages]).toEqual([0, 0]);
    expect([...process.memory.read(own, 4)]).toEqual([1, 2, 3, 0]);
    child.memory.write(own, Uint8Array.of(7));
    expect([process.memory.read(own, 1)[0], child.memory.read(own, 1)[0]]).toEqual([1, 7]);
    child.memory.write(shared, Uint8Array.of(8));
    expect(process.memory.read(shared, 1)[0]).toBe(8);
  });

  it('stay where no page is free for them: the allocation fails, and everything is as before', () => {
    const { kernel, area } = crowdedKernel();
    const process = spawnProcess(kernel);
    const own = process.mmap({ length: 4 * page, prot: readWrite, flags: MAP_PRIVATE | MAP_ANONYMOUS });
    process.memory.write(own, Uint8Array.of(5));
    while (kernel.pages.alloc({ order: 0, migrateType: 'movable', zone: 'Normal', mayReclaim: false }) >= 0);
    const before = [area.usedPages, area.borrowedPages];
    expect(area.alloc(area.pageCount - area.usedPages, 0, { noWarn: true })).toBeLessThan(0);
    expect([area.usedPages, area.borrowedPages]).toEqual(before);
    expect(process.memory.read(own, 1)[0]).toBe(5);
  });

  it('are given back with the process, wherever they have moved', () => {
    const { kernel, area } = crowdedKernel();
    const free = kernel.pages.freePages;
    const process = spawnProcess(kernel);
    const own = process.mmap({ length: 64 * page, prot: readWrite, flags: MAP_PRIVATE | MAP_ANONYMOUS });
    for (let at = 0; at < 64; at += 1) process.memory.write(own + BigInt(at * page), Uint8Array.of(at));
    const count = area.pageCount - area.usedPages;
    const pfn = area.alloc(count, 0);
    expect(pfn).toBeGreaterThan(0);
    process.exit(0);
    area.release(pfn, count);
    expect(kernel.pages.freePages).toBe(free);
  });
});
