import type { Attempt, Decision, Evidence, Obstacle } from '../base/decisions.ts';
import type { SourcePosition } from '../base/position.ts';
import { hex } from '../base/units.ts';
import type { HeapExporter } from '../linux/drivers/dma-buf/heaps/export-policies/index.ts';
import type { ReservedRegion } from '../linux/drivers/of/reserved-mem.ts';
import type { Kernel } from '../linux/init/kernel.ts';
import type { CmaArea } from '../linux/mm/cma.ts';
import { memoryKiB } from '../linux/mm/vm-counters.ts';
import { memoryBanks } from '../machine/memory-nodes.ts';
import { type DeviceSummary, deviceSummaries } from './device-summary.ts';
import {
  type AgainstRelease,
  againstRelease,
  exporterOf,
  type RefusedExportSummary,
  refusedExports,
} from './policies/exports.ts';
import { type Reliance, relianceOf } from './reliance.ts';
import type { System } from './system.ts';
import { type ModuleState, moduleStates } from './userland/module-states.ts';

/** An address or size as text: `0x7e000000`. */
export type Hex = string;

export interface RangeSummary {
  readonly base: Hex;
  readonly size: Hex;
}

/** A node under /reserved-memory. `base` is null where no place was found; `size` is then what was asked for. */
export interface RegionSummary {
  readonly node: string;
  readonly name: string;
  readonly base: Hex | null;
  readonly size: Hex;
  readonly noMap: boolean;
  readonly reusable: boolean;
  readonly compatible: readonly string[];
  readonly state: string;
  readonly reason?: string | undefined;
}

/** A CMA area. `certainty` tells whether its place depends on things that were assumed. */
export interface AreaSummary extends RangeSummary {
  readonly name: string;
  readonly usedPages: number;
  readonly isDefault: boolean;
  readonly active: boolean;
  readonly node?: string | undefined;
  readonly certainty: 'exact' | 'assumed';
}

/** A device under /dev/dma_heap. */
export interface HeapSummary {
  readonly name: string;
  readonly path: string;
  readonly major: number;
  readonly minor: number;
  /** Four octal digits. */
  readonly mode: string;
  readonly uid: number;
  readonly gid: number;
  readonly kind: string;
  readonly area?: string | undefined;
  /** `release`, `driver`, `node`, `flag` or `policy`. */
  readonly exportedBy: HeapExporter;
  /** What the unpatched release lacks for it: "not in mainline 6.12: needs …"; absent where it makes it by itself. */
  readonly needs?: string | undefined;
}

export interface AttemptSummary {
  readonly what: string;
  readonly base?: Hex | undefined;
  readonly size?: Hex | undefined;
  readonly align?: Hex | undefined;
  readonly result: string;
}

export interface ObstacleSummary {
  readonly what: string;
  readonly owner?: string | undefined;
  readonly base?: Hex | undefined;
  readonly size?: Hex | undefined;
  readonly position?: SourcePosition | undefined;
}

export interface DecisionSummary {
  readonly subject: string;
  readonly rule: string;
  readonly tried: readonly AttemptSummary[];
  readonly obstacle?: ObstacleSummary | undefined;
  readonly position?: SourcePosition | undefined;
  readonly outcome: string;
  readonly evidence: Evidence;
}

/** A boot as data: the document that `heapboard boot --json` prints. docs/boot-json.md describes it. */
export interface BootSummary {
  readonly schemaVersion: 1;
  readonly board: string | null;
  readonly release: string;
  readonly config: string;
  readonly architecture: 'arm64' | 'arm';
  readonly pageSize: number;
  readonly bootargs: string;
  readonly booted: boolean;
  readonly panic?: string | undefined;
  /** What the answer rests on that nobody stated or observed. */
  readonly reliance: Reliance;
  readonly memory: readonly RangeSummary[];
  readonly regions: readonly RegionSummary[];
  readonly areas: readonly AreaSummary[];
  readonly heaps: readonly HeapSummary[];
  /** Devices whose drivers have probed, with what they allocated. */
  readonly devices?: readonly DeviceSummary[] | undefined;
  /** Which areas become heaps. */
  readonly exportPolicy: string;
  /** Where that is not what the release does by itself: heaps that it would not have, and heaps that it would. */
  readonly againstRelease?: AgainstRelease | undefined;
  /** Exports that somebody asked for and that cannot work. */
  readonly refusedExports: readonly RefusedExportSummary[];
  /** Bytes, by the names of /proc/meminfo. */
  /** What was tried though no release has it. */
  readonly proposals: readonly string[];
  /** What can be a module and was built. */
  readonly modules: readonly ModuleState[];
  readonly meminfo: Readonly<Record<string, number>>;
  readonly decisions: readonly DecisionSummary[];
  readonly dmesg: readonly { readonly level: number; readonly text: string }[];
}

/** Describes a system as it is now. */
export function summarise(system: System): BootSummary {
  const { kernel, environment } = system;
  return {
    schemaVersion: 1,
    board: system.board?.name ?? null,
    release: environment.release.name,
    config: environment.config.origin,
    architecture: environment.arch.name,
    pageSize: environment.pageSizeBytes,
    bootargs: environment.handoff.bootargs,
    booted: system.booted,
    panic: system.panic,
    reliance: relianceOf(environment),
    memory: memoryBanks(environment.handoff.tree).map((bank) => rangeOf(bank.baseBytes, bank.sizeBytes)),
    regions: environment.regions.map(regionOf),
    areas: kernel?.cma.all.map((area) => areaOf(area, kernel)) ?? [],
    heaps:
      kernel === undefined
        ? []
        : heapsOf(
            kernel,
            (system.board?.heaps ?? []).map(({ name }) => name),
          ),
    devices: kernel === undefined ? undefined : deviceSummaries(kernel),
    proposals: [...environment.proposals],
    modules: moduleStates(system),
    exportPolicy: environment.exportPolicy,
    againstRelease: kernel === undefined ? undefined : againstRelease(kernel),
    refusedExports: refusedExports(environment.decisions),
    meminfo: kernel === undefined ? {} : meminfoOf(kernel),
    decisions: environment.decisions.all.map(decisionOf),
    dmesg: system.dmesg.map(({ level, text }) => ({ level, text })),
  };
}

function rangeOf(base: bigint, size: bigint): RangeSummary {
  return { base: hex(base), size: hex(size) };
}

function regionOf(region: ReservedRegion): RegionSummary {
  return {
    node: region.nodePath,
    name: region.name,
    base: optionalHex(region.baseBytes) ?? null,
    size: hex(region.sizeBytes),
    noMap: region.noMap,
    reusable: region.reusable,
    compatible: region.compatible,
    state: region.state,
    reason: region.reason,
  };
}

function areaOf(area: CmaArea, kernel: Kernel): AreaSummary {
  const pageSize = BigInt(kernel.pageSizeBytes);
  return {
    name: area.name,
    ...rangeOf(BigInt(area.basePfn) * pageSize, BigInt(area.pageCount) * pageSize),
    usedPages: area.usedPages,
    isDefault: area === kernel.contiguous.defaultArea,
    active: area.active,
    node: area.nodePath,
    certainty: certaintyOf(area, kernel),
  };
}

/** A place that the tree states is exact; one that was searched for depends on where the boot loader put things. */
function certaintyOf(area: CmaArea, { handoff }: Kernel): AreaSummary['certainty'] {
  const node = area.nodePath === undefined ? undefined : handoff.tree.node(area.nodePath);
  const assumed = [handoff.kernelImage, handoff.dtb, handoff.initrd].some(
    (object) => object?.certainty === 'assumed',
  );
  return assumed && !(node?.has('reg') ?? false) ? 'assumed' : 'exact';
}

function heapsOf(kernel: Kernel, vendorHeaps: readonly string[]): readonly HeapSummary[] {
  return kernel.dmaHeaps.all.map((heap) => ({
    name: heap.name,
    path: `/dev/dma_heap/${heap.name}`,
    major: heap.major,
    minor: heap.minor,
    mode: octal(kernel.devtmpfs.node(`dma_heap/${heap.name}`)?.mode ?? 0),
    uid: kernel.devtmpfs.node(`dma_heap/${heap.name}`)?.uid ?? 0,
    gid: kernel.devtmpfs.node(`dma_heap/${heap.name}`)?.gid ?? 0,
    kind: heap.kind,
    area: heap.area?.name,
    ...exporterOf(heap, kernel.release.name, vendorHeaps),
  }));
}

function octal(mode: number): string {
  return (mode & 0o7777).toString(8).padStart(4, '0');
}

/** Bytes, from the same counters as /proc/meminfo. */
function meminfoOf(kernel: Kernel): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(memoryKiB(kernel)).map(([name, kib]) => [name, kib * 1024]));
}

function decisionOf(decision: Decision): DecisionSummary {
  return {
    subject: decision.subject,
    rule: decision.rule,
    tried: decision.tried.map(attemptOf),
    obstacle: decision.obstacle === undefined ? undefined : obstacleOf(decision.obstacle),
    get position() {
      return decision.position;
    },
    outcome: decision.outcome,
    evidence: decision.evidence,
  };
}

function attemptOf(attempt: Attempt): AttemptSummary {
  return {
    what: attempt.what,
    base: optionalHex(attempt.baseBytes),
    size: optionalHex(attempt.sizeBytes),
    align: optionalHex(attempt.alignBytes),
    result: attempt.result,
  };
}

function obstacleOf(obstacle: Obstacle): ObstacleSummary {
  return {
    what: obstacle.what,
    owner: obstacle.owner,
    base: optionalHex(obstacle.baseBytes),
    size: optionalHex(obstacle.sizeBytes),
    get position() {
      return obstacle.position;
    },
  };
}

function optionalHex(value: bigint | undefined): Hex | undefined {
  return value === undefined ? undefined : hex(value);
}
