import { DecisionRecord } from '../base/decisions.ts';
import { inputError } from '../base/input-error.ts';
import type { DeviceTree } from '../devicetree/tree.ts';
import type { HeapDriver } from '../linux/drivers/dma-buf/heaps/heap-driver.ts';
import { vendorHeap } from '../linux/drivers/dma-buf/heaps/vendor-heap.ts';
import { startKernel } from '../linux/init/main.ts';
import type { CoherencyMode, DriverPlan, Platform, RegionExport, TeeFacts } from '../linux/init/platform.ts';
import { heapOptionAdvice } from '../linux/kconfig.ts';
import type { BoardProfile } from '../machine/board.ts';
import { type FirmwareFacts, runFirmware } from '../machine/firmware.ts';
import type { PressureFacts } from '../machine/pressure-facts.ts';
import { debianAccounts, idOf } from '../userland/udev/accounts.ts';
import type { KernelChoice } from './kernel-choice.ts';
import { System } from './system.ts';
import { settleUserland, startUserland, type UserlandFacts } from './userland/start.ts';

/** All that a boot depends on, loaded and read. */
export interface BootRequest extends FirmwareFacts, KernelChoice, UserlandFacts {
  readonly tree: DeviceTree;
  readonly profile: BoardProfile | undefined;
  readonly seed?: number | undefined;
  readonly drivers?: readonly DriverPlan[] | undefined;
  readonly heapDrivers?: readonly HeapDriver[] | undefined;
  readonly tee?: TeeFacts | undefined;
  readonly coherency?: CoherencyMode | undefined;
  readonly pressure?: PressureFacts | undefined;
  /** Regions that drivers export on purpose, beside those of the profile. */
  readonly exports?: readonly RegionExport[] | undefined;
}

/** Boots a loaded tree: firmware, then kernel. A pure function of its request; the tree is not changed. */
export function bootTree(request: BootRequest): System {
  const { tree, profile, release, config, exportPolicy, seed = 0 } = request;
  const decisions = new DecisionRecord();
  decisions.note({
    subject: 'config',
    rule: 'kernel/configuration',
    outcome: `the kernel is ${release.name} (${release.version}) in the configuration ${config.origin}`,
    evidence: 'read',
  });
  const advice = heapOptionAdvice(config, release);
  if (advice !== undefined)
    decisions.note({ subject: 'config', rule: 'heaps/options', outcome: advice, evidence: 'read' });
  const handoff = runFirmware(tree, { ...request, architecture: config.facts.architecture }, decisions);
  const platform = platformOf(request);
  const outcome = startKernel({
    proposals: request.proposals ?? new Set(),
    release,
    config,
    handoff,
    exportPolicy,
    seed,
    decisions,
    platform,
  });
  const system = new System(outcome, profile);
  startUserland(system, request);
  return system;
}

/** Boots as `bootTree` does, and lets time pass until the modules that load later are there: the board once it is up. */
export function bootUp(request: BootRequest): System {
  const system = bootTree(request);
  settleUserland(system, request);
  return system;
}

/** What stands around the kernel: the board's drivers and firmware services, and what was asked for beside them. */
function platformOf(request: BootRequest): Platform {
  const {
    profile,
    drivers = [],
    heapDrivers = [],
    exports = [],
    coherency = 'full',
    firmware,
    tee,
    pressure,
  } = request;
  const isBare = firmware === 'none';
  const lost = drivers.find(({ node }) => request.tree.node(node) === undefined);
  if (lost !== undefined)
    throw inputError('usage', {
      problem: `the driver of ${lost.node}: ${request.tree.file} has no such node`,
    });
  return {
    drivers: [...(profile?.drivers ?? []), ...drivers],
    tee: tee ?? (isBare ? undefined : profile?.tee),
    heapDrivers: [...vendorHeaps(profile), ...heapDrivers],
    coherency,
    pressure,
    exports: isBare ? [] : [...(profile?.exports ?? []), ...exports],
  };
}

/** The heaps of the board's vendor, as drivers; a group without a number is nobody's. */
function vendorHeaps(profile: BoardProfile | undefined): readonly HeapDriver[] {
  return (profile?.heaps ?? []).map(({ group, ...facts }) =>
    vendorHeap({ ...facts, gid: group === undefined ? undefined : idOf(debianAccounts.groups, group) }),
  );
}
