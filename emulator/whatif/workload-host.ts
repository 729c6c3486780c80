import type { Kernel } from '../linux/init/kernel.ts';
import type { CmaArea } from '../linux/mm/cma.ts';
import { applyPressure } from '../linux/mm/pressure.ts';
import { installProgram } from '../linux/syscalls.ts';
import { passTimeFor } from '../userland/process.ts';
import type {
  AreaState,
  BufferListener,
  BufferSeen,
  HeapState,
  WorkloadHost,
} from '../userland/workload/host.ts';
import type { System } from './system.ts';
import { spawnIdentity } from './userland/spawn.ts';
import { waitingModules } from './userland/waiting-modules.ts';
import { workloadDevice } from './workload-devices.ts';

/** A running system as workloads see it. A system that panicked runs nothing: an InputError. */
export function workloadHost(system: System): WorkloadHost {
  const kernel = system.running;
  const areas = kernel.cma.all.map(
    (area): AreaState => ({
      name: area.name,
      isDefault: area === kernel.contiguous.defaultArea,
      active: area.active,
      pageCount: area.pageCount,
      get usedPages() {
        return area.usedPages;
      },
      largestFreePages: () => area.largestFreeRun,
      pinnedPages: () => pinnedIn(kernel, area).length,
      largestUsablePages: () => largestUsable(kernel, area),
    }),
  );
  return {
    pageSizeBytes: kernel.pageSizeBytes,
    spawn: (identity, name) => spawnIdentity(system, identity, name).openStandardStreams(),
    heaps: () => heapsOf(kernel),
    areas: () => areas,
    liveBuffers: () => kernel.dmaBufs.live.map(seen),
    explainHeaps: () => explainHeaps(kernel),
    press: (pressure) => applyPressure(kernel, pressure),
    device: (path, setUp) => workloadDevice(kernel, path, setUp),
    injectFaults: (faults) => system.injectFaults(faults),
    passTime: (waiting) => passTimeFor(kernel, waiting),
    install: (path, image) => installProgram(kernel, path, image),
    follow: (listener) => follow(kernel, listener),
  };
}

/** The offsets of an area's pages that somebody else has and that cannot move. */
function pinnedIn({ frames, cma }: Kernel, area: CmaArea): readonly number[] {
  if (!cma.all.includes(area) || area.borrowedPages === 0) return [];
  return frames.pinnedBetween(area.basePfn, area.basePfn + area.pageCount).map((pfn) => pfn - area.basePfn);
}

/** The longest run of free pages without one that cannot move. */
function largestUsable(kernel: Kernel, area: CmaArea): number {
  const pinned = pinnedIn(kernel, area);
  if (pinned.length === 0) return area.largestFreeRun;
  let largest = 0;
  for (const { start, count } of area.freeRuns()) {
    const stops = [...pinned.filter((place) => start <= place && place < start + count), start + count];
    let from = start;
    for (const stop of stops) {
      largest = Math.max(largest, stop - from);
      from = stop + 1;
    }
  }
  return largest;
}

function heapsOf(kernel: Kernel): readonly HeapState[] {
  return kernel.dmaHeaps.all.map(({ name, kind, area }) => {
    const node = kernel.devtmpfs.node(`dma_heap/${name}`);
    const mode = ((node?.mode ?? 0) & 0o7777).toString(8).padStart(4, '0');
    return { name, kind, area: area?.name, mode, uid: node?.uid ?? 0, gid: node?.gid ?? 0 };
  });
}

/** Why the heaps are as they are: drivers that are not built in, and what was decided about areas and regions. */
function explainHeaps(kernel: Kernel): readonly string[] {
  const notBuiltIn = ['DMABUF_HEAPS', 'DMABUF_HEAPS_SYSTEM', 'DMABUF_HEAPS_CMA', 'CMA', 'DMA_CMA']
    .map((symbol) => ({ symbol, value: kernel.config.tristate(symbol) }))
    .filter(({ value }) => value === 'n')
    .map(({ symbol }) => `${symbol} is not set in ${kernel.config.origin}`);
  const decided = kernel.decisions.all
    .filter(({ subject, obstacle }) => /^(heap|area):/.test(subject) || (subject.startsWith('/') && obstacle))
    .map(({ subject, outcome }) => `${subject}: ${outcome}`);
  return [...notBuiltIn, ...waitingModules(kernel), ...decided];
}

function follow(kernel: Kernel, listener: BufferListener): () => void {
  const endBuffers = kernel.dmaBufs.observe({
    exported: (buffer) => listener.exported(seen(buffer)),
    released: (buffer, cause, last) => listener.released(seen(buffer), cause, last?.pid),
  });
  const endFindings = kernel.coherency.observe((finding) => listener.found?.(finding));
  return () => {
    endBuffers();
    endFindings();
  };
}

interface ExportedBuffer extends Omit<BufferSeen, 'heap'> {
  readonly heapName: string | undefined;
  readonly exporterName: string;
}

function seen({ id, heapName, exporterName, sizeBytes, creatorPid }: ExportedBuffer): BufferSeen {
  return { id, heap: heapName ?? exporterName, sizeBytes, creatorPid };
}
