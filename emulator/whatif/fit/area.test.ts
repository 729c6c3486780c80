import { describe, expect, it } from 'vitest';
import { InputError } from '../../base/input-error.ts';
import { seededNumbers } from '../../base/random.ts';
import { MiB } from '../../base/units.ts';
import { fitDocument } from '../../report/fit-json.ts';
import { cells, treeWith } from '../../testing/build-tree.ts';
import { type Job, runJobs } from '../../userland/workload/run.ts';
import { parseWorkload } from '../../userland/workload/workload.ts';
import { loadBoot } from '../boot.ts';
import { type BootRequest, bootTree } from '../boot-tree.ts';
import { setProperty, withChange } from '../explain/change.ts';
import type { System } from '../system.ts';
import { workloadHost } from '../workload-host.ts';
import { type FitQuestion, fitArea } from './fit.ts';

const stepBytes = 2n * MiB;
const maximumBytes = 16n * MiB;

function job(text: string): Job {
  return { workload: parseWorkload(text, 'w.yaml', 'w') };
}

async function smallest(
  request: BootRequest,
  area: string | undefined,
  jobs: readonly Job[],
  more: Partial<FitQuestion> = {},
) {
  const question = { request, area, jobs, options: {}, stepBytes, places: false, seeds: 0, ...more };
  return fitDocument(await fitArea(question), ['w']);
}

/** Buffers of random sizes in a heap that come and go at random, all of which are closed in the end. */
function randomWorkload(seed: number, heap: string): Job {
  const next = seededNumbers(seed);
  const live: number[] = [];
  const steps: string[] = [];
  const scale = 1 + (next() % 3);
  for (let buffer = 0; buffer < 16; buffer += 1) {
    if (live.length > 4 && next() % 2 === 0) {
      const [gone] = live.splice(next() % live.length, 1);
      steps.push(`  - { close: "b[${gone}]" }`);
    }
    steps.push(
      `  - { alloc: "b[${buffer}]", heap: ${heap}, size: ${(1 + (next() % (scale * 256))) * 4096} }`,
    );
    live.push(buffer);
  }
  return job(`steps:\n${steps.join('\n')}\n  - { close: "b[*]" }\n`);
}

/** A board with a pool of a camera's own beside the default one, and the camera. */
async function boardWithCamera(): Promise<BootRequest> {
  const request = await loadBoot('qemu-virt', { release: '7.3' });
  const pool = { compatible: 'shared-dma-pool', reusable: true, size: cells(16 * 2 ** 20) } as const;
  const tree = treeWith({
    regions: {
      'linux,cma': { ...pool, 'linux,cma-default': true },
      isp: { ...pool, phandle: [1] },
      'fixed@50000000': { compatible: 'shared-dma-pool', reusable: true, reg: cells(0x5000_0000, 0x40_0000) },
      'next@50800000': { reg: cells(0x5080_0000, 0x10_0000) },
    },
    root: {
      'camera@9000000': { compatible: 'acme,camera', reg: cells(0x900_0000, 0x1000), 'memory-region': [1] },
    },
  });
  return { ...request, tree };
}

describe('fitting an area that is not the default one', () => {
  it('is what an exhaustive search finds, for 12 random workloads on a region of a device', async () => {
    const request = await loadBoot('db845c', { release: '7.3' });
    const systems = new Map<bigint, System>();
    const systemOf = (size: bigint): System => {
      const change = setProperty('/reserved-memory/fastrpc', 'size', `${size / MiB}M`);
      const system = systems.get(size) ?? bootTree(withChange(request, change));
      systems.set(size, system);
      return system;
    };
    const answers = new Set<number | null>();
    for (let seed = 1; seed <= 12; seed += 1) {
      const one = randomWorkload(seed, 'fastrpc');
      let exhaustive: number | null = null;
      for (let size = stepBytes; size <= maximumBytes && exhaustive === null; size += stepBytes) {
        const { failures } = await runJobs([one], workloadHost(systemOf(size)));
        if (failures.length === 0) exhaustive = Number(size);
      }
      const { smallestBytes, area } = await smallest(request, 'fastrpc', [one], { maximumBytes });
      expect({ area, smallestBytes }, `seed ${seed}`).toEqual({ area: 'fastrpc', smallestBytes: exhaustive });
      answers.add(exhaustive);
    }
    expect(answers.size).toBeGreaterThan(2);
  });

  it('sizes the region from which a driver allocates, and looks at small sizes too, since pages may do', async () => {
    const request = await boardWithCamera();
    const driver = (size: string) =>
      job(
        `steps:\n${['a', 'b'].map((as) => `  - { device: /camera@9000000, alloc: ${size}, as: ${as} }\n`).join('')}`,
      );
    expect(await smallest(request, 'isp', [driver('6M')])).toMatchObject({
      area: 'isp',
      isDefaultArea: false,
      smallestBytes: 12 * 2 ** 20,
      options: ["--set '/reserved-memory/isp:size=12M'"],
    });
    expect(await smallest(request, 'isp', [driver('2M')])).toMatchObject({ smallestBytes: 2 * 2 ** 20 });
  });

  it('never lets an area at a fixed place grow over what lies behind it, and finds it another place', async () => {
    const request = await boardWithCamera();
    const sixMiB = job('steps: [{ alloc: a, heap: fixed@50000000, size: 10M }, { close: a }]\n');
    const found = await smallest(request, 'fixed@50000000', [sixMiB], {
      places: true,
      maximumBytes: 12n * MiB,
    });
    expect(found.found).toBe(false);
    expect(found.trials.at(-1)?.why).toContain('would cover /reserved-memory/next@50800000');
    const placed = (found.places ?? []).filter(({ smallestBytes }) => smallestBytes === 10 * 2 ** 20);
    expect(placed.length).toBeGreaterThan(0);
  });

  it('is the same as fitting the default area where that is named', async () => {
    const request = await boardWithCamera();
    const tenMiB = job('steps: [{ alloc: a, heap: cma, size: 10M }, { close: a }]\n');
    expect(await smallest(request, 'linux,cma', [tenMiB])).toEqual(
      await smallest(request, undefined, [tenMiB]),
    );
  });

  it('refuses a name that no area has', async () => {
    const request = await boardWithCamera();
    const wrong = smallest(request, 'ips', [job('steps: [{ exit: 0 }]\n')]);
    await expect(wrong).rejects.toThrow(InputError);
    await expect(wrong).rejects.toThrow(
      'no CMA area is called "ips"; there are linux,cma, isp, fixed@50000000',
    );
  });
});
