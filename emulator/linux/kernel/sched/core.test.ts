import { describe, expect, it } from 'vitest';
import { programJob, runSmall } from '../../../testing/run-small.ts';
import type { ProgramMain } from '../../../userland/workload/program-tools.ts';
import { O_RDWR } from '../../uapi/fcntl.ts';
import { RunQueue, roundRobin, shuffled } from './core.ts';

/** Three programs that allocate and close by turns, and what happened in which order. */
async function race(order: (count: number) => number): Promise<readonly string[]> {
  const seen: string[] = [];
  const main =
    (name: string): ProgramMain =>
    async (_process, { calls }) => {
      const heap = await calls.open('/dev/dma_heap/linux,cma', O_RDWR);
      for (let round = 0; round < 4; round += 1) {
        seen.push(`${name}${round}`);
        await calls.close(await calls.dmaHeapAlloc(heap, 4096, O_RDWR));
      }
      await calls.close(heap);
    };
  await runSmall(
    ['a', 'b', 'c'].map((name) => programJob(main(name))),
    { order },
  );
  return seen;
}

describe('the run queue', () => {
  const member = (name: string, isReady = true) => ({ name, isReady });

  it('takes the one who has waited longest', () => {
    const queue = new RunQueue<{ name: string; isReady: boolean }>(roundRobin);
    for (const name of ['a', 'b']) queue.enqueue(member(name));
    expect([queue.pick()?.name, queue.pick()?.name, queue.pick()]).toEqual(['a', 'b', undefined]);
  });

  it('passes over those who wait', () => {
    const queue = new RunQueue<{ name: string; isReady: boolean }>(roundRobin);
    queue.enqueue(member('a', false));
    queue.enqueue(member('b'));
    expect([queue.pick()?.name, queue.pick()]).toEqual(['b', undefined]);
    expect(queue.members.map(({ name }) => name)).toEqual(['a']);
  });
});

describe('programs that run side by side', () => {
  it('take turns at each system call', async () => {
    expect(await race(roundRobin)).toEqual(['0', '1', '2', '3'].flatMap((n) => [`a${n}`, `b${n}`, `c${n}`]));
  });

  it('take other turns by a seed, and the same ones by the same seed', async () => {
    const [first, again, other] = [await race(shuffled(7)), await race(shuffled(7)), await race(shuffled(8))];
    expect(first).toEqual(again);
    expect(other).not.toEqual(first);
    expect(first.toSorted()).toEqual(other.toSorted());
  });

  it('lose updates where they read and write without a lock, and find the same loss again', async () => {
    const lost = async (seed: number) => {
      let counter = 0;
      const main: ProgramMain = async (_process, { calls }) => {
        for (let round = 0; round < 10; round += 1) {
          const before = counter;
          await calls.yield();
          counter = before + 1;
        }
      };
      await runSmall([programJob(main), programJob(main)], { order: shuffled(seed) });
      return counter;
    };
    expect(await lost(3)).toBeLessThan(20);
    expect(await lost(3)).toBe(await lost(3));
  });
});

describe('virtual time', () => {
  it('passes for those who sleep, and wakes the earliest first', async () => {
    const woken: string[] = [];
    const sleeper =
      (name: string, milliseconds: bigint): ProgramMain =>
      async (_process, { calls }) => {
        await calls.sleep(milliseconds * 1_000_000n);
        woken.push(name);
      };
    const { failures } = await runSmall([
      programJob(sleeper('late', 30n)),
      programJob(sleeper('early', 10n)),
      programJob(sleeper('middle', 20n)),
    ]);
    expect(failures).toEqual([]);
    expect(woken).toEqual(['early', 'middle', 'late']);
  });

  it('does not help those who wait for each other', async () => {
    const reader: ProgramMain = async (_process, { calls }) => {
      const [input] = await calls.pipe();
      await calls.read(input, 1);
    };
    const { failures } = await runSmall([programJob(reader)]);
    expect(failures).toMatchObject([{ problem: 'waits, and nothing that is set to happen would wake it' }]);
  });

  it('is the same in every run', async () => {
    const times: bigint[] = [];
    const main: ProgramMain = async (_process, { calls }) => {
      const heap = await calls.open('/dev/dma_heap/system', O_RDWR);
      await calls.dmaHeapAlloc(heap, 1 << 20, O_RDWR);
      times.push(await calls.now());
    };
    for (let round = 0; round < 2; round += 1) await runSmall([programJob(main), programJob(main)]);
    expect(times.slice(0, 2)).toEqual(times.slice(2));
  });
});
