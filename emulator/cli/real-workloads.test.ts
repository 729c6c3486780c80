import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { smallKernel } from '../testing/small-kernel.ts';
import { runJobs } from '../userland/workload/run.ts';
import { System } from '../whatif/system.ts';
import { workloadHost } from '../whatif/workload-host.ts';
import { loadJob, workloadNames } from './jobs.ts';

const mib = 2 ** 20;

/** What a workload takes of a default area of 320 MiB, in MiB; all of it comes back. */
async function peakOf(name: string, parameters: Readonly<Record<string, bigint>> = {}): Promise<number> {
  const kernel = smallKernel({ areas: [{ name: 'linux,cma', pageCount: 81920 }], ramMiB: 512 });
  const host = workloadHost(new System({ kernel }, undefined));
  const outcome = await runJobs([await loadJob(name)], host, {
    parameters: new Map(Object.entries(parameters)),
  });
  expect(outcome.failures).toEqual([]);
  expect(outcome.leaks).toEqual([]);
  const [area] = outcome.areas;
  expect(area?.endBytes).toBe(area?.startBytes);
  return ((area?.peakBytes ?? 0) - (area?.startBytes ?? 0)) / mib;
}

describe('the workloads that come with Heapboard', () => {
  it('all run to their end where the area is large, and leave nothing behind', async () => {
    const names = (await workloadNames()).filter((name) => name !== 'gralloc');
    for (const name of names) expect(await peakOf(name), name).toBeGreaterThan(1);
  });

  it.each([
    ['h264-1080p', 69],
    ['h264-2160p', 207],
    ['hevc-1080p', 94],
    ['hevc-2160p', 240],
  ])('%s takes about %i MiB', async (name, about) => {
    expect(Math.abs((await peakOf(name)) - about)).toBeLessThanOrEqual(3);
  });

  it('take as many frames as their parameters say', async () => {
    const frame = 3840 * 2160 * 1.5;
    const pages = Math.ceil(frame / 4096) * 4096;
    expect(pages).toBe(12_443_648);
    const peak = await peakOf('frames', { streams: 2n, width: 3840n, height: 2160n, buffers: 3n, rows: 1n });
    expect(peak).toBe((6 * pages) / mib);
  });
});

describe('a workload that uses another', () => {
  const written = async (text: string) => {
    const folder = await mkdtemp(join(tmpdir(), 'heapboard-'));
    const file = join(folder, 'w.yaml');
    await writeFile(file, text);
    return file;
  };

  it('is that one under its own name, with its own values', async () => {
    const job = await loadJob(await written('workload: mine\nuses: frames\nparameters: { buffers: 7 }\n'));
    expect('workload' in job && job.workload.main.name).toBe('mine');
    expect('workload' in job && job.workload.parameters.get('buffers')?.text).toBe('7');
  });

  it.each([
    [
      'uses: frames\nparameters: { bufers: 7 }\n',
      /workload "frames" has no parameter "bufers"; it has streams, /,
    ],
    ['uses: nothing\n', /unknown workload "nothing"/],
    ['uses: frames\nsteps: []\n', /unknown key "steps" in a workload that uses another/],
    ['uses: w.yaml\n', /"w.yaml" uses itself/],
  ])('is refused with one line: %j', async (text, message) => {
    const file = await written(text);
    await expect(loadJob(file)).rejects.toThrow(message);
  });
});
