import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Cost, costOf } from './figure.ts';
import type { Timed } from './subject.ts';

const command = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

/** 400 points for each seed. */
function spec(seeds: number): string {
  return `sweep: bench
board: hikey
workloads:
  - workload: camera
    steps: [{ repeat: 4, index: i, steps: [{ alloc: "frame[i]", heap: cma, size: 8M }] }]
grid:
  seed: { from: 1, to: ${seeds} }
  release: ["6.1", "6.12", "7.2", "7.3"]
  pageSize: [4K, 16K]
  ram: [1G, 2G]
  size: { from: 16M, to: 400M, step: 16M }
rows: size
columns: release
`;
}

/** The command `sweep` from start to end: boots and a small workload on each point. */
export const sweep: Timed = {
  name: 'a sweep, as a command',
  async figures() {
    if (!existsSync(command)) throw new Error('the project has not been built; run npm run build');
    const folder = mkdtempSync(join(tmpdir(), 'heapboard-bench-'));
    try {
      const one = await swept(folder, 5, 1);
      const two = await swept(folder, 25, 2);
      const rate = (workers: string, { points, seconds }: Swept): Cost =>
        costOf(`${points.toLocaleString('en')} points, ${workers}`, 'points/s', [points / seconds]);
      return [
        rate('1 worker', one),
        { ...rate('2 workers', two), against: '2,000 points, 1 worker' },
        costOf('peak memory of 10,000 points, 2 workers together', 'MB', [two.peakMegabytes]),
      ];
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
};

interface Swept {
  readonly points: number;
  readonly seconds: number;
  readonly peakMegabytes: number;
}

function swept(folder: string, seeds: number, workers: number): Promise<Swept> {
  const file = join(folder, `seeds-${seeds}.yaml`);
  writeFileSync(file, spec(seeds));
  return new Promise((resolve, reject) => {
    const start = performance.now();
    let peakMegabytes = 0;
    const child = spawn(process.execPath, [command, 'sweep', file, '--jobs', String(workers)], {
      stdio: 'ignore',
      timeout: 600_000,
      killSignal: 'SIGKILL',
    });
    const watch = setInterval(() => {
      peakMegabytes = Math.max(peakMegabytes, peakOf(child.pid));
    }, 100);
    child.on('error', reject);
    child.on('exit', (code) => {
      clearInterval(watch);
      const seconds = (performance.now() - start) / 1000;
      if (code === 0) resolve({ points: seeds * 400, seconds, peakMegabytes });
      else reject(new Error(`the sweep exited with ${code}`));
    });
  });
}

/** The most resident memory that a process ever had, as Linux tells it. */
function peakOf(pid: number | undefined): number {
  try {
    const [, kilobytes] = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return (Number(kilobytes ?? 0) * 1024) / 1e6;
  } catch {
    return 0;
  }
}
