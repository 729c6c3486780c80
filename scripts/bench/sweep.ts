import { loadJob } from '../../emulator/cli/jobs.ts';
import { PointLoader } from '../../emulator/whatif/sweep/point-loader.ts';
import { runPoint } from '../../emulator/whatif/sweep/run-point.ts';
import { parseSweep, pointAt } from '../../emulator/whatif/sweep/spec.ts';
import type { Subject } from './subject.ts';

const spec = `sweep: bench
board: hikey
workloads:
  - workload: camera
    steps: [{ repeat: 4, index: i, steps: [{ alloc: "frame[i]", heap: cma, size: 8M }] }]
grid:
  release: ["6.1", "6.12", "7.2", "7.3"]
  pageSize: [4K, 16K]
  ram: [1G, 2G]
  size: { from: 16M, to: 400M, step: 16M }
`;

/** A point of a sweep in one thread: 10,000 in 45 s on two processors are 9 ms each. */
export const sweep: Subject = {
  name: 'point of a sweep: boot and a small workload, one thread',
  timeMs: 3000,
  async prepare() {
    const parsed = parseSweep(spec, 'bench.yaml', { resolve: (path) => path, most: 1000 });
    const loader = new PointLoader();
    let index = 0;
    const run = () => {
      index = (index + 1) % parsed.count;
      return runPoint(pointAt(parsed, index), loader, (name) => loadJob(name));
    };
    return { measures: [{ name: 'point', run, limit: { mostMilliseconds: 9 } }] };
  },
};
