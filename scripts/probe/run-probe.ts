import { AT_FDCWD, O_CLOEXEC, O_RDONLY, O_RDWR } from '../../emulator/linux/uapi/fcntl.ts';
import { RLIMIT_NOFILE } from '../../emulator/linux/uapi/resource.ts';
import type { System } from '../../emulator/whatif/system.ts';
import type { CallRecord } from '../records/record.ts';
import { allocCases, tryAlloc } from './groups/alloc.ts';
import { bigCases } from './groups/big.ts';
import { chunkCases } from './groups/chunks.ts';
import { cmaCases } from './groups/cma.ts';
import { contentCases } from './groups/content.ts';
import { bufferDescriptorCases, heapDescriptorCases } from './groups/fd-ops.ts';
import { globalCases } from './groups/global.ts';
import { ioctlNumberCases } from './groups/ioctl-number.ts';
import { mmapCases } from './groups/mmap.ts';
import { nameCases } from './groups/name.ts';
import { openCases } from './groups/open.ts';
import { pointerCases } from './groups/pointers.ts';
import { rlimitCases } from './groups/rlimit.ts';
import { shareCases } from './groups/share.ts';
import { syncCases } from './groups/sync.ts';
import { syncFileCases } from './groups/sync-file.ts';
import { vgemCases } from './groups/vgem.ts';
import { Libc } from './libc.ts';
import { type Journal, Probe } from './probe.ts';

/** What is run on every heap, each group in a process of its own, by the name under which `probe=` asks for it. */
const groups: readonly (readonly [string, (probe: Probe) => void])[] = [
  ['open', openCases],
  ['alloc', allocCases],
  ['ioctlnum', ioctlNumberCases],
  ['ptr', pointerCases],
  ['fdops', heapDescriptorCases],
  ['fdops', bufferDescriptorCases],
  ['mmap', mmapCases],
  ['content', contentCases],
  ['sync', syncCases],
  ['name', nameCases],
  ['sfile', syncFileCases],
  ['vgem', vgemCases],
  ['share', shareCases],
  ['rlimit', rlimitCases],
  ['chunks', chunkCases],
  ['cma', cmaCases],
];

const descriptorLimit = 30_000n;

/** What `probe=` of a command line says. */
export function selectionText(bootargs: string): string {
  return /(?:^| )probe=(\S*)/.exec(bootargs)?.[1] ?? 'full';
}

/** Which groups a command line asks for: `full`, or names; no word about it means all. */
export function selectionOf(bootargs: string): (group: string) => boolean {
  const selection = selectionText(bootargs);
  return (group) => selection === '' || selection === 'full' || selection.includes(group);
}

/** Runs the probe's cases as a process of a booted system: every call and its answer, in order. */
export function runProbe(system: System, isWanted: (group: string) => boolean): CallRecord[] {
  const { log } = system.environment;
  const journal: Journal = { records: [], log, logMark: log.mark };
  const probe = new Probe(new Libc(system.spawn({}, 'init')), journal, system.environment.pageSizeBytes);
  openAsInit(probe);
  raiseDescriptorLimit(probe);
  // The recorded runs lived in an initial RAM disk whose root only root may search.
  probe.libc.withText('/', (path) => probe.libc.call('fchmodat', AT_FDCWD, path, 0o700));
  const names = probe.libc.list('/dev/dma_heap') ?? [];
  if (isWanted('global')) globalCases(probe);
  for (const name of names) onHeap(probe, name, isWanted);
  for (const name of isWanted('big') ? names : []) {
    probe.heap = name;
    probe.heapFd = probe.openHeap(O_RDWR | O_CLOEXEC);
    if (probe.heapFd >= 0 && !hasEmptyArea(probe)) bigCases(probe);
    probe.libc.close(probe.heapFd);
  }
  probe.heap = '';
  probe.report(
    'final_meminfo',
    0,
    {},
    {
      MemFree: probe.meminfo('MemFree'),
      CmaTotal: probe.meminfo('CmaTotal'),
      CmaFree: probe.meminfo('CmaFree'),
      MemTotal: probe.meminfo('MemTotal'),
    },
  );
  return journal.records;
}

function onHeap(probe: Probe, name: string, isWanted: (group: string) => boolean): void {
  probe.heap = name;
  probe.heapFd = probe.openHeap(O_RDWR | O_CLOEXEC);
  probe.report('heap_open', probe.heapFd < 0 ? -1 : 0, {});
  if (probe.heapFd < 0) return;
  if (hasEmptyArea(probe)) {
    tryAlloc(probe, 'alloc_len', { len: BigInt(probe.pageSize), fdFlags: O_RDWR }, true);
  } else {
    for (const [group, cases] of groups) if (isWanted(group)) probe.group(cases);
  }
  probe.libc.close(probe.heapFd);
}

/** An area that could not be activated. */
function hasEmptyArea(probe: Probe): boolean {
  return probe.areaFigure('count') === 0;
}

/** The first process has the console three times, and the probe opens the kernel's log. */
function openAsInit({ libc }: Probe): void {
  for (let fd = 0; fd < 3; fd += 1) libc.open('/dev/null', O_RDWR);
  libc.open('/dev/null', O_RDONLY | O_CLOEXEC);
}

function raiseDescriptorLimit({ libc }: Probe): void {
  const limit = new Uint8Array(16);
  const view = new DataView(limit.buffer);
  view.setBigUint64(0, descriptorLimit, true);
  view.setBigUint64(8, descriptorLimit, true);
  libc.withBytes(limit, (address) => libc.call('prlimit64', 0, RLIMIT_NOFILE, address, 0));
}
