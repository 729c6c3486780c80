import type { Probe } from '../probe.ts';
import { memoryState } from './fill.ts';

const steps = 300;
const mostBuffers = 400;
const firstState = 2463534242;

/** The probe's random numbers: xorshift of 32 bits. */
function randomNumbers(seed: number): () => number {
  let state = Math.imul(firstState, seed) >>> 0;
  return () => {
    state = (state ^ (state << 13)) >>> 0;
    state = (state ^ (state >>> 17)) >>> 0;
    state = (state ^ (state << 5)) >>> 0;
    return state;
  };
}

type Step = ['a', number, number | string] | ['f', number];

/** A sequence of allocations and releases that is random but the same in every run. */
export function mixedCases(probe: Probe, seed: number, areaPages: number): void {
  const { libc } = probe;
  const random = randomNumbers(seed);
  const live: number[] = [];
  const row = probe.row('cma_mixed', 0, {
    seed,
    format: "['a',pages,pfn_off|errno] alloc, ['f',pfn_off] free",
  });
  const ops: Step[] = [];
  for (let step = 0; step < steps; step++) {
    const choice = random();
    if (live.length > 0 && (choice % 100 < 42 || live.length === mostBuffers)) {
      const index = random() % live.length;
      const fd = live[index] ?? -1;
      ops.push(['f', probe.offsetOf(fd)]);
      libc.close(fd);
      const last = live.pop();
      if (last !== undefined && index < live.length) live[index] = last;
      continue;
    }
    const order = random() % 10;
    let pages = 1 + (random() % (1 << order));
    if (random() % 16 === 0) pages = 1 + (random() % Math.floor(areaPages / 4));
    const fd = probe.alloc(pages * probe.pageSize);
    ops.push(['a', pages, fd < 0 ? libc.errno : probe.offsetOf(fd)]);
    if (fd >= 0) live.push(fd);
  }
  const bitmap = probe.bitmapRuns();
  row
    .add({ ops, ...(bitmap === undefined ? {} : { final_bitmap_runs: bitmap }), state: memoryState(probe) })
    .done();
  for (const fd of live.reverse()) libc.close(fd);
}
