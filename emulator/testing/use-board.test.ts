import { describe, expect, it, onTestFinished } from 'vitest';
import { O_RDWR } from '../linux/uapi/fcntl.ts';
import './vitest.ts';
import { assertFailsWith, assertFree, assertHeap, fault, LeakError, snapshotOf, useBoard } from './index.ts';

/** Runs a test's body as a runner does: what is due at its end comes afterwards, and may fail it. */
async function asTest(
  body: (test: { onTestFinished(finish: () => void): void }) => Promise<void>,
): Promise<unknown> {
  const atEnd: (() => void)[] = [];
  await body({ onTestFinished: (finish) => atEnd.push(finish) });
  try {
    for (const finish of atEnd) finish();
    return undefined;
  } catch (error) {
    return error;
  }
}

describe('useBoard()', () => {
  it('boots a board for the test, of the release that is asked for', async () => {
    const board = await useBoard('hikey', { release: '6.12' });
    expect(board).toHaveHeap('system');
    expect(board).toHaveHeap('linux,cma');
    expect(board).not.toHaveHeap('absent');
    expect(board.summary().release).toBe('6.12');
  });

  it('gives each test a board of its own', async () => {
    const [first, second] = [await useBoard('hikey', { allowLeaks: true }), await useBoard('hikey')];
    const process = first.spawn();
    process.dmaHeapAlloc(process.open('/dev/dma_heap/system', O_RDWR), 4096, O_RDWR);
    expect(first.running.dmaBufs.live).toHaveLength(1);
    expect(second.running.dmaBufs.live).toEqual([]);
    expect(first).toHaveLeaked(1);
  });

  it('fails a test that leaves a buffer, and names buffer, heap and line', async () => {
    const error = await asTest(async (test) => {
      const process = (await useBoard('hikey', { test })).spawn();
      const heap = process.open('/dev/dma_heap/linux,cma', O_RDWR);
      const buffer = process.dmaHeapAlloc(heap, 1 << 20, O_RDWR);
      process.dmaBufSetName(buffer, 'frame');
    });
    expect(error).toBeInstanceOf(LeakError);
    expect(String(error)).toMatch(
      /^LeakError: buffer 1 "frame" of heap linux,cma \(1 MiB\) leaked, allocated at .*use-board\.test\.ts:\d+:\d+$/,
    );
  });

  it('counts a buffer that vanished with its process, and none that was let go', async () => {
    const error = await asTest(async (test) => {
      const board = await useBoard('hikey', { test });
      const [tidy, careless] = [board.spawn(), board.spawn()];
      for (const process of [tidy, careless]) {
        const heap = process.open('/dev/dma_heap/system', O_RDWR);
        const buffer = process.dmaHeapAlloc(heap, 4096, O_RDWR);
        if (process === tidy) process.close(buffer);
        process.exit(0);
      }
    });
    expect(error).toBeInstanceOf(LeakError);
    expect(error instanceof LeakError ? error.buffers.map(({ id }) => id) : []).toEqual([2]);
  });

  it('lets a test leak that says so', async () => {
    expect(
      await asTest(async (test) => {
        const process = (await useBoard('hikey', { test, allowLeaks: true })).spawn();
        process.dmaHeapAlloc(process.open('/dev/dma_heap/system', O_RDWR), 4096, O_RDWR);
      }),
    ).toBeUndefined();
  });

  it('takes the context of node:test as well', async () => {
    const ends: unknown[] = [];
    await useBoard('hikey', { test: { after: (finish) => ends.push(finish) } });
    expect(ends).toHaveLength(1);
    onTestFinished(() => {});
  });
});

describe('matchers', () => {
  it('tell of failures by their errno', async () => {
    const process = (await useBoard('hikey')).spawn();
    const heap = process.open('/dev/dma_heap/linux,cma', O_RDWR);
    await expect(() => process.dmaHeapAlloc(heap, 1 << 30, O_RDWR)).toFailWith('ENOMEM');
    await expect(() => process.close(99)).toFailWith('EBADF');
    await expect(() => process.close(heap)).not.toFailWith('EBADF');
    await assertFailsWith(() => process.close(99), 'EBADF');
    await expect(assertFailsWith(() => 1, 'EBADF')).rejects.toThrow('expected EBADF, got success');
  });

  it('know how much of an area is free', async () => {
    const board = await useBoard('hikey');
    const process = board.spawn();
    const buffer = process.dmaHeapAlloc(process.open('/dev/dma_heap/linux,cma', O_RDWR), 1 << 20, O_RDWR);
    expect(board).toHaveFree((127 << 20) - (384 << 10));
    assertFree(board, (127 << 20) - (384 << 10), 'linux,cma');
    process.close(buffer);
    expect(() => assertFree(board, '1M')).toThrow('linux,cma has 130688 KiB');
    expect(() => assertHeap(board, 'x')).toThrow('expected a heap x; there are: system, linux,cma');
  });

  it('keep snapshots of boards short and stable', async () => {
    const [first, second] = [await useBoard('hikey'), await useBoard('hikey')];
    expect(snapshotOf(first)).toEqual(snapshotOf(second));
    expect(snapshotOf(first)).toMatchObject({
      board: 'hikey',
      heaps: ['/dev/dma_heap/system 0600', '/dev/dma_heap/linux,cma 0600'],
    });
  });
});

describe('fault()', () => {
  it('makes an allocation fail', async () => {
    const board = await useBoard('hikey');
    board.injectFaults([fault({ fail: 'alloc', nth: 1 })]);
    const process = board.spawn();
    const heap = process.open('/dev/dma_heap/system', O_RDWR);
    await expect(() => process.dmaHeapAlloc(heap, 4096, O_RDWR)).toFailWith('ENOMEM');
  });

  it('refuses what is none', () => {
    expect(() => fault({ nth: 1 })).toThrow('a fault needs one of');
  });
});
