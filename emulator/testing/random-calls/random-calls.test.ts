import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { smallKernel } from '../small-kernel.ts';
import { Books } from './books.ts';
import { playTurn, type Turn } from './play.ts';
import { World } from './world.ts';

const number = fc.nat(0xffff);
const turn: fc.Arbitrary<Turn> = fc.tuple(number, number, number, number, number);
/** Every sequence is as long as that: what goes wrong is shortened afterwards. */
const turns = (count: number) => fc.array(turn, { minLength: count, maxLength: count, size: 'max' });
const releases = fc.constantFrom('5.10', '6.1', '6.12', '7.3');

/** Plays turns with the kernel's books checked after each; tells what every call answered. */
function play(release: string, processes: number, sequence: readonly Turn[]): readonly (number | bigint)[] {
  const kernel = smallKernel({ release, symbols: ['SW_SYNC=y', 'UDMABUF=y'] });
  const books = new Books(kernel);
  const world = new World(kernel, processes);
  for (const one of sequence) {
    playTurn(world, one);
    books.check();
  }
  world.endAll();
  books.checkEmpty();
  return world.answers;
}

describe('a thousand turns of one to four processes', () => {
  it('keep every page, reference and declared errno right, a hundred times over', () => {
    let calls = 0;
    fc.assert(
      fc.property(releases, fc.integer({ min: 1, max: 4 }), turns(1000), (release, processes, sequence) => {
        calls += play(release, processes, sequence).length;
      }),
      { numRuns: 100, seed: 20_191 },
    );
    expect(calls).toBeGreaterThan(100_000);
  });

  it('give the same answers again', () => {
    fc.assert(
      fc.property(releases, turns(300), (release, sequence) => {
        expect(play(release, 4, sequence)).toEqual(play(release, 4, sequence));
      }),
      { numRuns: 5 },
    );
  });
});

describe('the books of a kernel', () => {
  it('tell of a reference too many, of a lost one and of a lost page', () => {
    const start = () => {
      const kernel = smallKernel();
      const books = new Books(kernel);
      const world = new World(kernel, 1);
      // An allocation on the system heap.
      while (kernel.dmaBufs.live.length === 0) playTurn(world, [0, 0, 1, 1, 0]);
      books.check();
      const [buffer] = kernel.dmaBufs.live;
      if (buffer === undefined) throw new Error('no buffer was made');
      return { kernel, books, buffer };
    };
    const leaked = start();
    leaked.buffer.file.get();
    expect(() => leaked.books.check()).toThrow('references of /dmabuf:: 2, where 1 was expected');
    const dropped = start();
    dropped.buffer.file.put(dropped.kernel, 'close');
    expect(() => dropped.books.check()).toThrow('where 1 was expected');
    const lost = start();
    lost.kernel.pages.alloc({ order: 0, migrateType: 'unmovable', zone: 'Normal', mayReclaim: false });
    expect(() => lost.books.check()).toThrow('pages in anybody’s hands');
  });
});
