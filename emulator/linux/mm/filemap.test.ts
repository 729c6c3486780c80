import { describe, expect, it } from 'vitest';
import { smallKernel } from '../../testing/small-kernel.ts';
import { ProcessEnded } from '../../userland/errors.ts';
import { spawnProcess } from '../../userland/process.ts';
import type { Kernel } from '../init/kernel.ts';
import { errno } from '../uapi/errno.ts';
import { O_RDWR } from '../uapi/fcntl.ts';
import { applyPressure } from './pressure.ts';

const gib = 1n << 30n;
const ramMiB = 128;

/** A kernel whose memory others have filled as far as it goes. */
function full(): Kernel {
  const kernel = smallKernel({ ramMiB });
  applyPressure(kernel, { pageCacheBytes: gib });
  return kernel;
}

const areaOf = (kernel: Kernel) => {
  const area = kernel.contiguous.defaultArea;
  if (area === undefined) throw new Error('no default area');
  return area;
};

describe('memory that others have filled', () => {
  it('includes the free pages of areas, which stay free for their own allocations', () => {
    const kernel = full();
    const area = areaOf(kernel);
    expect(area.freePages).toBe(0);
    expect(area.pageCount - area.usedPages).toBeGreaterThan(8000);
    expect(area.alloc(4096, 8)).toBeGreaterThan(0);
  });

  it('loses its cache to those who wait for memory, oldest first', () => {
    const kernel = full();
    const before = kernel.pageCache.cachePages;
    const process = spawnProcess(kernel);
    process.dmaHeapAlloc(process.open('/dev/dma_heap/system', O_RDWR), 32 << 20, O_RDWR);
    expect(before - kernel.pageCache.cachePages).toBeGreaterThanOrEqual(8000);
  });

  it('keeps its anonymous pages, and who wants more is killed', () => {
    const kernel = smallKernel({ release: '6.12', ramMiB });
    const process = spawnProcess(kernel, {}, 'camera');
    const heap = process.open('/dev/dma_heap/system', O_RDWR);
    applyPressure(kernel, { anonymousBytes: gib });
    expect(() => process.dmaHeapAlloc(heap, 16 << 20, O_RDWR)).toThrow(ProcessEnded);
    const texts = kernel.log.lines.map(({ text }) => text);
    expect(texts).toContain(
      'camera invoked oom-killer: gfp_mask=0x100dc2(GFP_HIGHUSER|__GFP_ZERO), order=0, oom_score_adj=0',
    );
    expect(texts).toContain(
      '[  pid  ]   uid  tgid total_vm      rss rss_anon rss_file rss_shmem pgtables_bytes swapents oom_score_adj name',
    );
    expect(texts.at(-1)).toMatch(
      /^Out of memory: Killed process \d+ \(camera\) total-vm:\d+kB, .* UID:0 pgtables:40kB oom_score_adj:0$/,
    );
  });

  it('prints other flags and columns on 6.1', () => {
    const kernel = smallKernel({ release: '6.1', ramMiB });
    const process = spawnProcess(kernel);
    const heap = process.open('/dev/dma_heap/system', O_RDWR);
    applyPressure(kernel, { anonymousBytes: gib });
    expect(() => process.dmaHeapAlloc(heap, 16 << 20, O_RDWR)).toThrow(ProcessEnded);
    const texts = kernel.log.lines.map(({ text }) => text).join('\n');
    expect(texts).toContain('gfp_mask=0x140dc2(GFP_HIGHUSER|__GFP_COMP|__GFP_ZERO), order=0');
    expect(texts).toContain('total_vm      rss pgtables_bytes swapents');
  });
});

describe('a process that touches memory when there is none', () => {
  it('is killed, and the log says so', () => {
    const kernel = smallKernel({ ramMiB });
    const process = spawnProcess(kernel);
    applyPressure(kernel, { anonymousBytes: gib });
    const address = process.mmap({ length: 4096, prot: 3, flags: 0x22 });
    expect(() => process.writeMemory(address, Uint8Array.of(1))).toThrow(/killed by SIGKILL/);
    expect(kernel.log.lines.some(({ text }) => /invoked oom-killer: .*GFP_HIGHUSER_MOVABLE/.test(text))).toBe(
      true,
    );
  });
});

describe('an area that others borrow from', () => {
  it('has their anonymous pages moved away where there is room, and fails where there is none', () => {
    const kernel = smallKernel({ ramMiB });
    const area = areaOf(kernel);
    applyPressure(kernel, { anonymousBytes: gib });
    expect(area.alloc(256, 8)).toBe(-errno.ENOMEM);
    applyPressure(kernel, { anonymousBytes: 80n << 20n });
    const anonymous = kernel.pageCache.anonymousPages;
    expect(area.alloc(256, 8)).toBeGreaterThan(0);
    expect(kernel.pageCache.anonymousPages).toBe(anonymous);
  });

  it('goes past pinned pages, slot by slot, and says EBUSY where every slot has one', () => {
    const kernel = full();
    const area = areaOf(kernel);
    applyPressure(kernel, { pinned: { bytes: 4096n * 4n } }, 5);
    expect(kernel.pageCache.pinnedPages).toBe(4);
    const pfn = area.alloc(256, 8);
    expect(pfn).toBeGreaterThan(0);
    applyPressure(kernel, { pinned: { percent: 50 } }, 5);
    expect(area.alloc(64, 6)).toBe(-errno.EBUSY);
    const failures = kernel.log.lines.filter(({ text }) => text.includes('alloc failed'));
    expect(failures.map(({ text }) => text)).toEqual([
      expect.stringMatching(/linux,cma: alloc failed, req-size: 64 pages, ret: -16$/),
    ]);
    applyPressure(kernel, { pinned: { bytes: 0n } });
    expect(area.alloc(64, 6)).toBeGreaterThan(0);
  });

  it('pins the same pages for the same seed', () => {
    const places = (seed: number) => {
      const kernel = full();
      applyPressure(kernel, { pinned: { percent: 1 } }, seed);
      return kernel.frames.pinnedBetween(0, 2 ** 31);
    };
    expect(places(1)).toEqual(places(1));
    expect(places(1)).not.toEqual(places(2));
  });

  it('has everything back once they let go', () => {
    const kernel = smallKernel({ ramMiB });
    const before = kernel.pages.freePages;
    applyPressure(kernel, { pageCacheBytes: gib, pinned: { percent: 10 } });
    applyPressure(kernel, { pageCacheBytes: 0n });
    expect(kernel.pages.freePages).toBe(before);
    expect(kernel.pageCache.pinnedPages).toBe(0);
  });
});
