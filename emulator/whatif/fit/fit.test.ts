import { describe, expect, it } from 'vitest';
import { seededNumbers } from '../../base/random.ts';
import { MiB } from '../../base/units.ts';
import { loadJob } from '../../cli/jobs.ts';
import { fitDocument } from '../../report/fit-json.ts';
import { smallKernel } from '../../testing/small-kernel.ts';
import { type Job, runJobs } from '../../userland/workload/run.ts';
import { parseWorkload } from '../../userland/workload/workload.ts';
import { loadBoot } from '../boot.ts';
import { System } from '../system.ts';
import { workloadHost } from '../workload-host.ts';
import { type FitQuestion, fitArea } from './fit.ts';
import { smallestPassing, type Tried } from './search.ts';
import { isSizeIndependent } from './trial.ts';

const stepBytes = 2n * MiB;
const maximumBytes = 18n * MiB;

function job(text: string): Job {
  return { workload: parseWorkload(text, 'w.yaml', 'w') };
}

/** Buffers of random sizes that come and go at random, all of which are closed in the end. */
function randomWorkload(seed: number): Job {
  const next = seededNumbers(seed);
  const live: number[] = [];
  const steps: string[] = [];
  const scale = 1 + (next() % 3);
  for (let buffer = 0; buffer < 16; buffer += 1) {
    if (live.length > 4 && next() % 2 === 0) {
      const [gone] = live.splice(next() % live.length, 1);
      steps.push(`  - { close: "b[${gone}]" }`);
    }
    const pages = 1 + (next() % (scale * 256));
    steps.push(`  - { alloc: "b[${buffer}]", heap: cma, size: ${pages * 4096} }`);
    live.push(buffer);
  }
  return job(`steps:\n${steps.join('\n')}\n  - { close: "b[*]" }\n`);
}

/** Systems by size, booted once: what these workloads take they give back. */
const systems = new Map<bigint, System>();

function systemOf(sizeBytes: bigint): System {
  const known = systems.get(sizeBytes);
  if (known !== undefined) return known;
  const areas = [{ name: 'linux,cma', pageCount: Number(sizeBytes / 4096n) }];
  const system = new System({ kernel: smallKernel({ areas, ramMiB: 96 }) }, undefined);
  systems.set(sizeBytes, system);
  return system;
}

async function tryOn(one: Job, sizeBytes: bigint): Promise<Tried> {
  const system = systemOf(sizeBytes);
  const { failures, areas } = await runJobs([one], workloadHost(system));
  const [area] = areas;
  expect(area?.endBytes).toBe(area?.startBytes);
  return {
    sizeBytes,
    placed: true,
    passed: failures.length === 0,
    peakBytes: BigInt(area?.peakBytes ?? 0),
    bootBytes: BigInt(area?.startBytes ?? 0),
  };
}

describe('the smallest size that passes', () => {
  it('is that of an exhaustive search, for 50 random workloads', async () => {
    const answers = new Set<bigint>();
    for (let seed = 1; seed <= 50; seed += 1) {
      const one = randomWorkload(seed);
      let exhaustive: bigint | undefined;
      for (let size = stepBytes; size <= maximumBytes; size += stepBytes) {
        const { passed } = await tryOn(one, size);
        if (passed && exhaustive === undefined) exhaustive = size;
      }
      const { smallest } = await smallestPassing((size) => tryOn(one, size), {
        stepBytes,
        maximumBytes,
        isSizeIndependent: isSizeIndependent([one]),
      });
      expect(smallest?.sizeBytes, `seed ${seed}`).toBe(exhaustive);
      if (exhaustive !== undefined) answers.add(exhaustive);
    }
    expect(answers.size).toBeGreaterThan(3);
  });

  /** A made-up workload that passes at some sizes, in steps. */
  const madeUp = (passing: readonly number[], largestPlaced = 64) => {
    const asked: number[] = [];
    const tryAt = async (sizeBytes: bigint): Promise<Tried> => {
      const size = Number(sizeBytes / stepBytes);
      asked.push(size);
      const placed = size <= largestPlaced;
      const passed = placed && passing.includes(size);
      return { sizeBytes, placed, passed, peakBytes: 3n * stepBytes, bootBytes: 0n };
    };
    return { asked, tryAt };
  };
  const steps = (size: bigint | undefined) => (size === undefined ? undefined : Number(size / stepBytes));
  const limits = { stepBytes, maximumBytes: 64n * stepBytes, isSizeIndependent: true };

  it('is found though larger sizes fail, and that is said', async () => {
    const passing = [5, 8, 9, 10, 11, 12, 13, 14, 15, 16, 32, 64];
    const found = await smallestPassing(madeUp(passing).tryAt, limits);
    expect(steps(found.smallest?.sizeBytes)).toBe(5);
    expect(found.failingAbove.map(steps)).toEqual([6, 7]);
    expect(steps(found.steadyBytes)).toBe(8);
    expect(found.isProven).toBe(true);
  });

  it('is looked for from the bottom where a run says nothing about smaller sizes', async () => {
    const { asked, tryAt } = madeUp([2, 16, 32, 64]);
    const found = await smallestPassing(tryAt, { ...limits, isSizeIndependent: false });
    expect(steps(found.smallest?.sizeBytes)).toBe(2);
    expect(asked).toContain(1);
  });

  it('may lie just below the largest that has a place', async () => {
    const found = await smallestPassing(madeUp([41, 42], 42).tryAt, limits);
    expect(steps(found.smallest?.sizeBytes)).toBe(41);
  });

  it('does not exist where nothing passes, and each size is tried once', async () => {
    const { asked, tryAt } = madeUp([], 20);
    const found = await smallestPassing(tryAt, limits);
    expect(found.smallest).toBeUndefined();
    expect(new Set(asked).size).toBe(asked.length);
    expect(found.trials.filter(({ placed }) => placed)).toHaveLength(20);
  });
});

describe('fitting an area', () => {
  const ask = async (board: string, jobs: readonly Job[], more: Partial<FitQuestion> = {}, options = {}) => {
    const request = await loadBoot(board, options);
    const answer = await fitArea({
      request,
      jobs,
      options: {},
      stepBytes: MiB,
      places: false,
      seeds: 0,
      ...more,
    });
    return fitDocument(answer, ['w']);
  };
  const tenMiB = job('steps:\n  - { alloc: a, heap: cma, size: 10M }\n  - { close: a }\n');

  it('says how large the area must be, how to set it, and what fails one step below', async () => {
    const found = await ask('hikey', [tenMiB], { marginPercent: 10 });
    expect(found).toMatchObject({
      found: true,
      sizedBy: 'devicetree',
      stepBytes: 2 * 2 ** 20,
      smallestBytes: 12 * 2 ** 20,
      powerOfTwoBytes: 16 * 2 ** 20,
      highWaterBytes: 10 * 2 ** 20 + 393216,
      options: ["--set '/reserved-memory/linux,cma:size=12M'"],
      below: { sizeBytes: 10 * 2 ** 20, failure: { step: 'alloc a' } },
      recommended: { sizeBytes: 14 * 2 ** 20, marginPercent: 10, passed: true },
    });
  });

  it('changes what decides about the size: the command line or the configuration', async () => {
    const byCommandLine = await ask('hikey', [tenMiB], {}, { appendBootargs: 'cma=64M' });
    expect(byCommandLine).toMatchObject({ sizedBy: 'command line', smallestBytes: 12 * 2 ** 20 });
    expect(byCommandLine.options[0]).toContain('cma=12M');
    const byConfiguration = await ask('hikey960', [tenMiB]);
    expect(byConfiguration.options).toContain("--kconfig 'CMA_SIZE_MBYTES=12'");
  });

  it('finds a 4K decoder its 208 MiB', async () => {
    const found = await ask('hikey', [await loadJob('h264-2160p')]);
    expect(found.smallestBytes).toBe(208 * 2 ** 20);
  });

  it('finds a place within reach of a device where the usual one is not', async () => {
    const narrow = job('steps:\n  - { device: /soc/ade@f4100000, dmaBits: 28, alloc: 5M, as: a }\n');
    const found = await ask('hikey', [narrow], { places: true, maximumBytes: 32n * MiB });
    expect(found.found).toBe(false);
    const reached = (found.places ?? []).filter(({ smallestBytes }) => smallestBytes !== null);
    expect(reached.length).toBeGreaterThan(0);
    for (const { base } of reached) expect(Number(base)).toBeLessThan(2 ** 28);
  });

  it('tells of each place which devices that need the area do not reach it', async () => {
    const found = await ask('rpi4', [tenMiB], { places: true });
    const marked = (found.places ?? []).map(({ base, unreachedBy }) => [
      Number(base) >= 2 ** 30,
      unreachedBy.includes('/soc/hvs@7e400000'),
    ]);
    expect(marked).toContainEqual([true, true]);
    expect(marked).toContainEqual([false, false]);
    expect(marked.filter(([isHigh, isMarked]) => isHigh !== isMarked)).toEqual([]);
  });

  it('looks at random interleavings: what the worst needs is enough for all', async () => {
    const two = job(`
programs:
  a: { steps: [{ alloc: x, heap: cma, size: 6M }, { close: x }] }
  b: { steps: [{ alloc: y, heap: cma, size: 5M }, { close: y }] }
steps: [{ spawn: a }, { spawn: b }, { wait: a }, { wait: b }]
`);
    const { seeds } = await ask('hikey', [two], { seeds: 6 });
    const sizes = seeds?.bySeed.map(({ smallestBytes }) => smallestBytes ?? 0) ?? [];
    expect(sizes).toHaveLength(6);
    expect(seeds?.worstBytes).toBe(Math.max(...sizes));
    expect(seeds?.typicalBytes).toBeLessThanOrEqual(seeds?.worstBytes ?? 0);
  });

  it('finds nothing where a workload fails for another reason', async () => {
    const found = await ask('hikey', [job('steps: [{ exit: 3 }]\n')], { maximumBytes: 64n * MiB });
    expect(found.found).toBe(false);
    expect(found.trials.length).toBeLessThan(10);
  });
});
