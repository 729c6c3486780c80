import type { Fields, Probe } from '../probe.ts';
import { readLog } from '../probe.ts';

const mostBuffers = 20_000;
const shownBuffers = 600;
const oneMiB = 1 << 20;

/** Free memory and the state of the area; −1 where the heap has none. */
export function memoryState(probe: Probe): { [name: string]: number } {
  const isCma = probe.isCma;
  return {
    MemFree: probe.meminfo('MemFree'),
    CmaFree: probe.meminfo('CmaFree'),
    used: isCma ? (probe.areaFigure('used') ?? -1) : -1,
    maxchunk: isCma ? (probe.areaFigure('maxchunk') ?? -1) : -1,
  };
}

/** Buffers of one size until no more fit; those of 1 MiB are then used to make holes. */
export function fill(probe: Probe, size: number, name: string): void {
  const { libc } = probe;
  readLog(probe.journal);
  libc.errno = '';
  const before = { CmaFree_before: probe.meminfo('CmaFree'), MemFree_before: probe.meminfo('MemFree') };
  const fds: number[] = [];
  while (fds.length < mostBuffers) {
    const fd = probe.alloc(size);
    if (fd < 0) break;
    fds.push(fd);
  }
  const stop_errno = libc.errno;
  const row = probe.row(name, fds.length, { size });
  row.add({ stop_errno, area_pages: probe.areaFigure('count') ?? 0, ...before, full: memoryState(probe) });
  row.add({ pfn_off: fds.slice(0, shownBuffers).map((fd) => probe.offsetOf(fd)) }).done();
  const open = size === oneMiB && fds.length > 3 ? fragment(probe, fds) : fds;
  for (const fd of open) libc.close(fd);
  probe.report('freed_all', 0, { after: name, size }, { state: memoryState(probe) });
}

/** Frees every second buffer and sees what fits into the holes; gives the buffers that are left. */
function fragment(probe: Probe, fds: readonly number[]): readonly number[] {
  const { libc } = probe;
  const open = fds.filter((fd, index) => {
    if (index % 2 === 0) libc.close(fd);
    return index % 2 === 1;
  });
  const freed = fds.length - open.length;
  const bitmap = probe.bitmapRuns();
  const fields: Fields = {
    state: memoryState(probe),
    ...(bitmap === undefined ? {} : { bitmap_runs: bitmap }),
  };
  probe.report('frag_after_every_second_freed', 0, { freed }, fields);
  const tryOne = (name: string, size: number) => {
    const fd = probe.alloc(size);
    const row = probe.row(name, fd < 0 ? -1 : 0, { size });
    if (fd >= 0) {
      row.add({ pfn_off: probe.offsetOf(fd) });
      libc.close(fd);
    }
    row.done();
  };
  for (const size of [2 * oneMiB, oneMiB + probe.pageSize, oneMiB, oneMiB / 2]) tryOne('frag_alloc', size);
  const [neighbour, ...rest] = open;
  if (neighbour !== undefined) libc.close(neighbour);
  for (const size of [2 * oneMiB, 3 * oneMiB]) tryOne('frag_alloc_after_neighbour_freed', size);
  return rest;
}
