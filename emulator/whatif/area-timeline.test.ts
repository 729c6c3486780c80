import { expect, test } from 'vitest';
import { O_CLOEXEC, O_RDWR } from '../linux/uapi/fcntl.ts';
import { smallKernel } from '../testing/small-kernel.ts';
import { spawnProcess } from '../userland/process.ts';
import { followAreas } from './area-timeline.ts';

const mib = 2 ** 20;

test('a timeline tells who had which pages from when to when, and what was refused', () => {
  const kernel = smallKernel();
  const followed = followAreas(kernel);
  const process = spawnProcess(kernel);
  const heap = process.open('/dev/dma_heap/linux,cma', O_RDWR);
  const alloc = (size: number) => process.dmaHeapAlloc(heap, BigInt(size), O_RDWR | O_CLOEXEC);
  const first = alloc(8 * mib);
  const second = alloc(4 * mib);
  process.close(first);
  expect(() => alloc(28 * mib)).toThrow('ENOMEM');
  process.close(second);
  const [timeline] = followed.finish(new Map([[process.pid, 'tester']]));
  const own = timeline?.runs.filter(({ process: name }) => name === 'tester') ?? [];
  expect(own.map(({ count, from, to }) => ({ count, from, to }))).toEqual([
    { count: 2048, from: 1, to: 3 },
    { count: 1024, from: 2, to: 4 },
  ]);
  expect(timeline?.failures).toMatchObject([{ moment: 4, pages: 7168 }]);
  expect(timeline?.runs[0]).toMatchObject({ process: 'before', from: 0, to: undefined });
  const free = timeline?.free.map(({ pages }) => pages) ?? [];
  expect((free[0] ?? 0) - (free[2] ?? 0)).toBe(3072);
  expect(free.at(-1)).toBe(free[0]);
});
