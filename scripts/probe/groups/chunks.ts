import { MAP_POPULATE, MAP_SHARED, PROT_READ } from '../../../emulator/linux/uapi/mman.ts';
import type { Probe } from '../probe.ts';

const mostRuns = 64;

/** Of how many physically contiguous runs a buffer is made, as far as pagemap shows its pages. */
export function chunkCases(probe: Probe): void {
  const { libc, pageSize: page } = probe;
  const large = [64 << 10, 1 << 20, (1 << 20) + 64 * 1024 + page, 4 << 20];
  for (const size of [page, 5 * page, 16 * page, 17 * page, ...large]) {
    const fd = probe.alloc(size);
    if (fd < 0) continue;
    const map = libc.mmap(size, PROT_READ, MAP_SHARED | MAP_POPULATE, fd);
    const row = probe.row('physical_chunks', map === undefined ? -1 : 0, { size });
    if (map !== undefined) {
      row.add({ runs_pages: runsOf(probe, map, size) });
      libc.munmap(map, size);
    }
    row.done();
    libc.close(fd);
  }
}

/** Lengths of the runs; a page that is not visible always begins a new one and is not counted but at the end. */
function runsOf(probe: Probe, map: number, size: number): number[] {
  const runs: number[] = [];
  let start = -1;
  let length = 0;
  for (let offset = 0; offset < size; offset += probe.pageSize) {
    probe.libc.byte(map + offset);
    const pfn = probe.pfnAt(map + offset);
    if (start >= 0 && pfn === start + length) {
      length += 1;
      continue;
    }
    if (start >= 0 && runs.length < mostRuns) runs.push(length);
    start = pfn;
    length = 1;
  }
  return [...runs, length];
}
