import { DecisionRecord } from '../base/decisions.ts';
import { inputError } from '../base/input-error.ts';
import type { DeviceTree } from '../devicetree/tree.ts';
import { startKernel } from '../linux/init/main.ts';
import type { BoardProfile } from '../machine/board.ts';
import { type FirmwareFacts, runFirmware } from '../machine/firmware.ts';
import type { KernelChoice } from './kernel-choice.ts';
import { System } from './system.ts';

/** All that a boot depends on, loaded and read. */
export interface BootRequest extends FirmwareFacts, KernelChoice {
  readonly tree: DeviceTree;
  readonly profile: BoardProfile | undefined;
  readonly seed?: number | undefined;
}

/** Cores that run 32-bit kernels only: ARMv7 and older. */
const thirtyTwoBitCore =
  /^arm,(?:cortex-a(?:5|7|8|9|12|15|17)|arm\d+.*|sa1?1[01]\d*)$|^(?:qcom,(?:krait|scorpion)|marvell,(?:sheeva-v7|pj4.*|feroceon)|brcm,brahma-b15)$/;

/** Whether a tree describes a machine of arch arm, by the cores that it lists. */
export function isThirtyTwoBit(tree: DeviceTree): boolean {
  const cores = (tree.node('/cpus')?.children ?? []).flatMap((node) => node.compatible);
  return cores.some((core) => thirtyTwoBitCore.test(core));
}

/** Boots a loaded tree: firmware, then kernel. A pure function of its request; the tree is not changed. */
export function bootTree(request: BootRequest): System {
  const { tree, profile, release, config, exportPolicy, seed = 0 } = request;
  if (isThirtyTwoBit(tree))
    throw inputError('architecture-not-modelled', { file: tree.file, architecture: 'arm' });
  const decisions = new DecisionRecord();
  decisions.note({
    subject: 'config',
    rule: 'kernel/configuration',
    outcome: `the kernel is ${release.name} (${release.version}) in the configuration ${config.origin}`,
    evidence: 'read',
  });
  const handoff = runFirmware(tree, request, decisions);
  return new System(startKernel({ release, config, handoff, exportPolicy, seed, decisions }), profile);
}
