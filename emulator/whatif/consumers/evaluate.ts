import { formatSize, hex } from '../../base/units.ts';
import type { DmaBuf } from '../../linux/drivers/dma-buf/dma-buf.ts';
import { runsOf } from '../../linux/drivers/dma-buf/dma-buf-attach.ts';
import type { Kernel } from '../../linux/init/kernel.ts';
import { O_CLOEXEC, O_RDONLY, O_RDWR, O_WRONLY } from '../../linux/uapi/fcntl.ts';
import { SyscallError } from '../../userland/errors.ts';
import type { Process } from '../../userland/process.ts';
import { androidAccounts, debianAccounts, idOf } from '../../userland/udev/accounts.ts';
import type { System } from '../system.ts';
import type { Contract, Need } from './contract.ts';
import type { DmaMaster } from './devices.ts';

/** Whether a need is met, by which heap, and why. */
export interface NeedOutcome {
  readonly need: string;
  readonly met: boolean;
  /** The heap that the consumer would get; null where it opens none. */
  readonly heap: string | null;
  /** Where all of several names are wanted: those that are not there, or do not open. */
  readonly missing: readonly string[];
  readonly why: string;
}

/** Whether a board gives a consumer what it requires. */
export interface ConsumerOutcome {
  readonly consumer: string;
  readonly summary: string;
  readonly source: string;
  readonly passes: boolean;
  readonly needs: readonly NeedOutcome[];
  /** What does not count as a failure: who could not open the node. */
  readonly remarks: readonly string[];
}

export interface EvaluateOptions {
  /** Runs consumers as a user in the group that they name, not as root. */
  readonly asUser: boolean;
}

const flags = { 'read-only': O_RDONLY, 'write-only': O_WRONLY, 'read-write': O_RDWR } as const;

/** Lets a consumer open heaps and allocate on a booted system, and gives back all that it took. */
export function evaluateConsumer(
  system: System,
  contract: Contract,
  masters: readonly DmaMaster[],
  { asUser }: EvaluateOptions,
): ConsumerOutcome {
  const { name, summary, source, group } = contract;
  const process = system.spawn(asUser ? userIn(group) : {}, name);
  const needs = contract.needs.map((need) => evaluateNeed(system.running, process, need, masters));
  process.exit(0);
  const heaps = needs.flatMap(({ heap }) => heap ?? []);
  return {
    consumer: name,
    summary,
    source,
    passes: needs.every(({ met }) => met),
    needs,
    remarks: asUser || group === undefined ? [] : closedTo(system, group, [...new Set(heaps)]),
  };
}

function userIn(group: string | undefined) {
  const gid = group === undefined ? undefined : groupId(group);
  return { uid: 1000, gid: 1000, groups: gid === undefined ? [] : [gid] };
}

/** Debian's number of a group, or Android's. */
function groupId(group: string): number | undefined {
  return idOf(debianAccounts.groups, group) ?? idOf(androidAccounts.groups, group);
}

/** Nodes that a user of the consumer's group could not open. */
function closedTo(system: System, group: string, heaps: readonly string[]): readonly string[] {
  const user = system.spawn(userIn(group), 'user');
  const closed = heaps.filter((name) => typeof tryOpen(user, name, O_RDWR) !== 'number');
  user.exit(0);
  if (closed.length === 0) return [];
  return [
    `a user in group ${group} could not open ${closed.map((name) => nodeText(system, name)).join(', ')}`,
  ];
}

function nodeText({ running }: System, heap: string): string {
  const node = running.devtmpfs.node(`dma_heap/${heap}`);
  const mode = ((node?.mode ?? 0) & 0o777).toString(8).padStart(4, '0');
  return `${heap} (${mode} ${node?.uid ?? 0}:${node?.gid ?? 0})`;
}

function evaluateNeed(
  kernel: Kernel,
  process: Process,
  need: Need,
  masters: readonly DmaMaster[],
): NeedOutcome {
  const tried = need.heaps.map((name) => ({ name, opened: tryOpen(process, name, flags[need.access]) }));
  const failed = tried.filter(({ opened }) => typeof opened !== 'number');
  const usable = tried.find(({ opened }) => typeof opened === 'number');
  const missing = need.wants === 'allOf' ? failed.map(({ name }) => name) : [];
  const base = { need: need.what, missing };
  const reasons = failed.map(({ name, opened }) => `${name} (${String(opened)})`).join(', ');
  if (usable === undefined || typeof usable.opened !== 'number') {
    const which = need.wants === 'allOf' ? 'all' : 'one';
    return {
      ...base,
      met: false,
      heap: null,
      why: `it wants ${which} of ${need.heaps.join(', ')}, and opens none: ${reasons}`,
    };
  }
  if (missing.length > 0) {
    return {
      ...base,
      met: false,
      heap: usable.name,
      why: `it wants all of ${need.heaps.join(', ')}; absent: ${reasons}`,
    };
  }
  const verdict = allocate(kernel, process, usable.opened, usable.name, need, masters);
  return { ...base, heap: usable.name, ...verdict };
}

/** The descriptor, or the errno's name. */
function tryOpen(process: Process, heap: string, access: number): number | string {
  try {
    return process.open(`/dev/dma_heap/${heap}`, access | O_CLOEXEC);
  } catch (error) {
    if (error instanceof SyscallError) return error.code;
    throw error;
  }
}

interface Verdict {
  readonly met: boolean;
  readonly why: string;
}

function allocate(
  kernel: Kernel,
  process: Process,
  heapFd: number,
  heap: string,
  need: Need,
  masters: readonly DmaMaster[],
): Verdict {
  const buffers: DmaBuf[] = [];
  const fds: number[] = [];
  const size = formatSize(need.sizeBytes);
  try {
    for (let made = 0; made < need.count; made += 1) {
      fds.push(process.dmaHeapAlloc(heapFd, need.sizeBytes, O_RDWR | O_CLOEXEC));
      const buffer = kernel.dmaBufs.live.at(-1);
      if (buffer !== undefined) buffers.push(buffer);
    }
    return judge(kernel, heap, need, buffers, masters);
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error;
    const area = kernel.dmaHeaps.all.find(({ name }) => name === heap)?.area;
    const page = kernel.pageSizeBytes;
    const room =
      area === undefined
        ? ''
        : `; the area ${area.name} has ${formatSize(BigInt(area.pageCount * page))}, ${formatSize(BigInt(area.usedPages * page))} in use, at most ${formatSize(BigInt(area.largestFreeRun * page))} in one piece`;
    const which =
      need.count === 1 ? `a buffer of ${size}` : `buffer ${fds.length + 1} of ${need.count}, ${size} each,`;
    return { met: false, why: `${which} from ${heap} fails with ${error.code}${room}` };
  } finally {
    for (const fd of fds) process.close(fd);
  }
}

/** Whether the memory is what those who get it can use. */
function judge(
  kernel: Kernel,
  heap: string,
  need: Need,
  buffers: readonly DmaBuf[],
  masters: readonly DmaMaster[],
): Verdict {
  const runs = buffers.map((buffer) => piecesOf(buffer, kernel.pageSizeBytes));
  const pieces = Math.max(1, ...runs.map((run) => run.length));
  const users = usersOf(need, masters);
  const needsOneRun = need.memory === 'contiguous' || users.some(({ needs }) => needs === 'contiguous');
  const blocked = users.filter(({ needs }) => needs === 'contiguous').map(({ node }) => node);
  const size = formatSize(need.sizeBytes);
  const isScattered = kernel.dmaHeaps.all.find(({ name }) => name === heap)?.kind === 'system';
  if (needsOneRun && (isScattered || pieces > 1)) {
    const who = blocked.length === 0 ? 'a device without an IOMMU' : blocked.join(' and ');
    return {
      met: false,
      why: `it opens ${heap} and receives ${size} in up to ${scatterLimit(kernel, need)} scattered pieces (${pieces} here), which ${who} cannot use`,
    };
  }
  const top = Math.max(0, ...runs.flat().map(({ pfn, pageCount }) => pfn + pageCount)) * kernel.pageSizeBytes;
  const unreached = users.find(({ below }) => below !== undefined && BigInt(top) > BigInt(below));
  if (unreached !== undefined) {
    return {
      met: false,
      why: `${heap} gives memory up to ${hex(BigInt(top))}, and ${unreached.node} reaches only what lies below ${unreached.below}`,
    };
  }
  const shape = pieces === 1 ? 'in one piece each' : `in up to ${pieces} pieces`;
  const because = pieces > 1 && users.length > 0 ? `; ${reasonFor(users)}` : '';
  const many = need.count === 1 ? size : `${need.count} × ${size}`;
  return { met: true, why: `${many} from ${heap}, ${shape}${because}` };
}

function reasonFor(users: readonly DmaMaster[]): string {
  const [first] = users;
  return first === undefined ? '' : `${first.node} can use that, for ${first.because}`;
}

/** The devices that will see the buffers. */
function usersOf({ memory }: Need, masters: readonly DmaMaster[]): readonly DmaMaster[] {
  return masters.filter(({ kind, enabled }) => kind === memory && enabled);
}

function piecesOf(buffer: DmaBuf, pageSizeBytes: number) {
  const merged: { pfn: number; pageCount: number }[] = [];
  for (const { pfn, pageCount } of runsOf(buffer, pageSizeBytes)) {
    const last = merged.at(-1);
    if (last !== undefined && last.pfn + last.pageCount === pfn) last.pageCount += pageCount;
    else merged.push({ pfn, pageCount });
  }
  return merged;
}

/** With memory in single pages, a buffer has as many entries as pages. */
function scatterLimit({ pageSizeBytes }: Kernel, { sizeBytes }: Need): number {
  return Number((sizeBytes + BigInt(pageSizeBytes) - 1n) / BigInt(pageSizeBytes));
}
