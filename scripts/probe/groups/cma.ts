import { exactly } from '../../records/parse.ts';
import type { Probe } from '../probe.ts';
import { fill, memoryState } from './fill.ts';
import { mixedCases } from './mixed.ts';

const pageCounts = [
  1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 63, 64, 65, 127, 128, 129, 255, 256, 257, 511, 512,
];
pageCounts.push(513, 1000, 1023, 1024, 1025, 2049);

const MiB = 1 << 20;
/** Areas above that are not filled with small buffers. */
const smallArea = 64 * MiB;

/** Where buffers come to lie in an area, and what happens when it is full. */
export function cmaCases(probe: Probe): void {
  if (!probe.isCma) return;
  const { pageSize: page } = probe;
  const count = probe.areaFigure('count') ?? 0;
  const area = count * page;
  probe.report(
    'cma_area',
    0,
    {},
    {
      base_pfn: probe.areaFigure('base_pfn') ?? 0,
      count,
      used: probe.areaFigure('used') ?? 0,
      maxchunk: probe.areaFigure('maxchunk') ?? 0,
    },
  );
  if (count === 0) return;
  alignments(probe, area);
  packing(probe);
  fill(probe, MiB, 'cma_fill');
  if (area <= smallArea)
    for (const size of [page, 3 * page, 64 << 10, 129 * page]) fill(probe, size, 'cma_fill');
  fill(probe, 3 * MiB, 'cma_fill');
  fill(probe, 5 * MiB, 'cma_fill');
  wholeArea(probe, area);
  for (const seed of [1, 2, 3]) mixedCases(probe, seed, count);
  const counter = (name: string) =>
    exactly(BigInt(probe.libc.slurp(`/sys/kernel/mm/cma/${probe.heap}/${name}`) ?? -1));
  probe.report(
    'cma_sysfs_counters',
    0,
    {},
    {
      success: counter('alloc_pages_success'),
      fail: counter('alloc_pages_fail'),
    },
  );
}

function closeAll(probe: Probe, fds: readonly number[]): void {
  for (const fd of fds) if (fd >= 0) probe.libc.close(fd);
}

function alignments(probe: Probe, area: number): void {
  const { pageSize: page } = probe;
  const offset = (fd: number) => (fd < 0 ? -1 : probe.offsetOf(fd));
  for (const pages of pageCounts) {
    if ((pages + 1) * page > area) break;
    const [first, second, third] = [probe.alloc(page), probe.alloc(pages * page), probe.alloc(page)];
    const row = probe.row('cma_align', second < 0 ? -1 : 0, { pages });
    row.add({ first_off: probe.offsetOf(first), off: offset(second), next1_off: offset(third) }).done();
    closeAll(probe, [first, second, third]);
  }
}

function packing(probe: Probe): void {
  for (const pages of pageCounts) {
    const fds: number[] = [];
    while (fds.length < 6) {
      const fd = probe.alloc(pages * probe.pageSize);
      if (fd < 0) break;
      fds.push(fd);
    }
    probe.report('cma_pack', fds.length, { pages }, { pfn_off: fds.map((fd) => probe.offsetOf(fd)) });
    closeAll(probe, fds.reverse());
  }
}

function wholeArea(probe: Probe, area: number): void {
  const { pageSize: page } = probe;
  const half = Math.floor(area / 2 / page) * page;
  const [first, second] = [probe.alloc(half), probe.alloc(half + page)];
  const tooMuch = probe.row('cma_larger_than_free', second < 0 ? -1 : 0, {
    first: half,
    second: half + page,
  });
  tooMuch.add({ state: memoryState(probe) }).done();
  closeAll(probe, [second, first]);
  const whole = probe.alloc(area);
  probe
    .row('cma_whole_area', whole < 0 ? -1 : 0, { size: area })
    .add({ state: memoryState(probe) })
    .done();
  const more = probe.alloc(page);
  probe.report('cma_one_page_when_full', more < 0 ? -1 : 0, {});
  closeAll(probe, [more, whole]);
  probe.report('cma_after_whole_area_freed', 0, {}, { state: memoryState(probe) });
  const [onePage, rest] = [probe.alloc(page), probe.alloc(area - page)];
  const row = probe.row('cma_area_minus_page_after_1page', rest < 0 ? -1 : 0, { size: area - page });
  if (rest >= 0) row.add({ pfn_off: probe.offsetOf(rest) });
  row.done();
  closeAll(probe, [rest, onePage]);
}
