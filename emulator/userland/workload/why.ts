import { nearNames } from '../../base/near-names.ts';
import { MiB } from '../../base/units.ts';
import { type HeapChoice, isServed, namesNone } from './heap-choice.ts';
import type { AreaState, WorkloadHost } from './host.ts';
import type { StepContext } from './step-context.ts';

/** What the state of heaps and areas says about a system call of a program that failed. */
export function explainCall(
  code: string | undefined,
  path: string | undefined,
  host: WorkloadHost,
): readonly string[] {
  if (code === 'ENOMEM') {
    const page = BigInt(host.pageSizeBytes);
    return host.areas().map((area) => `${freeState(area, page)}, largest run ${largestRun(area, page)}`);
  }
  if (code === 'ENOENT' && path?.startsWith('/dev/dma_heap/')) return [there(host), ...host.explainHeaps()];
  return [];
}

/** What the state of heaps and areas says about a step that failed with an errno. */
export function explainFailure(code: string | undefined, context: StepContext): readonly string[] {
  const { host, heapAsked, heapUsed, deviceWhy } = context;
  if (deviceWhy.length > 0) return deviceWhy;
  if (code === 'ENOMEM' && heapUsed !== undefined)
    return whyNoMemory(heapUsed.name, heapUsed.sizeBytes, host);
  if (heapAsked === undefined || heapUsed !== undefined) return [];
  if (code === 'ENOENT' || code === 'ENXIO') {
    // The errno is the last try's; an earlier heap of the list may be there and closed to this process.
    return isServed(heapAsked, host.heaps()) ? whyNoAccess(context) : whyNoHeap(heapAsked, host);
  }
  if (code === 'EACCES' || code === 'EPERM') return whyNoAccess(context);
  return [];
}

function whyNoMemory(heapName: string, wantedBytes: bigint, host: WorkloadHost): readonly string[] {
  const heap = host.heaps().find(({ name }) => name === heapName);
  const area = host.areas().find(({ name }) => name === heap?.area);
  if (area === undefined) return [];
  const page = BigInt(host.pageSizeBytes);
  const wanted = roughSize(wantedBytes);
  if (!area.active || area.pageCount === 0) return [`CMA area ${area.name} could not be activated at boot`];
  const state = freeState(area, page);
  if (wantedBytes > BigInt(area.pageCount) * page) {
    return [`${state}, and ${wanted} were asked for: more than the whole area`];
  }
  const runs = `largest run ${largestRun(area, page)}; ${wanted} were asked for`;
  if (wantedBytes > BigInt(area.largestFreePages()) * page) return [`${state}, ${runs}`];
  const pinned = area.pinnedPages();
  if (pinned > 0 && wantedBytes > BigInt(area.largestUsablePages()) * page) {
    const usable = roughSize(BigInt(area.largestUsablePages()) * page);
    return [
      `${state}, ${runs}`,
      `${roughSize(BigInt(pinned) * page)} in it are others' pages that cannot move; the largest run between them is ${usable}`,
    ];
  }
  return [`${state}, ${runs}, in a run that begins at the alignment which buffers of this size have`];
}

function freeState(area: AreaState, page: bigint): string {
  const free = BigInt(area.pageCount - area.usedPages) * page;
  return `CMA area ${area.name}: ${roughSize(free)} of ${roughSize(BigInt(area.pageCount) * page)} free`;
}

function largestRun(area: AreaState, page: bigint): string {
  return roughSize(BigInt(area.largestFreePages()) * page);
}

function there(host: WorkloadHost): string {
  const heaps = host.heaps().map(({ name }) => name);
  return heaps.length === 0 ? 'this system has no heaps' : `this system has ${heaps.join(', ')}`;
}

function whyNoHeap(asked: HeapChoice, host: WorkloadHost): readonly string[] {
  if (!namesNone(asked, host.heaps())) {
    return [`no heap of the kind ${asked.text}: ${there(host)}`, ...host.explainHeaps()];
  }
  const heaps = host.heaps().map(({ name }) => name);
  const near = nearNames(asked.text, heaps);
  const help = near.length === 0 ? '' : `; did you mean ${near.join(' or ')}?`;
  return [`unknown heap "${asked.text}"; ${there(host)}${help}`];
}

function whyNoAccess(context: StepContext): readonly string[] {
  const { heapAsked, host, identity } = context;
  if (heapAsked === undefined || !isServed(heapAsked, host.heaps())) return [];
  const who = `uid ${identity.uid}, gid ${identity.gid}`;
  const groups = identity.groups.length === 0 ? 'no further groups' : `groups ${identity.groups.join(', ')}`;
  const nodes = host.heaps().map(({ name, mode, uid, gid }) => `${name} ${mode} ${uid}:${gid}`);
  return [`the process has ${who} and ${groups}; the nodes are ${nodes.join(', ')}`];
}

/** A size for people, to a tenth of a MiB: `31.6 MiB`; below that in KiB. */
function roughSize(bytes: bigint): string {
  if (bytes < MiB) return bytes % 1024n === 0n ? `${bytes / 1024n} KiB` : `${bytes} B`;
  const tenths = (bytes * 10n) / MiB;
  return tenths % 10n === 0n ? `${tenths / 10n} MiB` : `${tenths / 10n}.${tenths % 10n} MiB`;
}
