import { inputError } from '../base/input-error.ts';
import type { DeviceTree } from '../devicetree/tree.ts';
import type { BoardProfile } from './board.ts';

/** Architectures that can be booted. */
export const architectureNames = ['arm64', 'arm'] as const;
export type ArchitectureName = (typeof architectureNames)[number];

/** Cores that run 32-bit kernels only: ARMv7 and older. */
const thirtyTwoBitCore =
  /^arm,(?:cortex-a(?:5|7|8|9|12|15|17)|arm\d+.*|sa1?1[01]\d*)$|^(?:qcom,(?:krait|scorpion)|marvell,(?:sheeva-v7|pj4.*|feroceon)|brcm,brahma-b15)$/;

function thirtyTwoBitCoreOf(tree: DeviceTree): string | undefined {
  const cores = (tree.node('/cpus')?.children ?? []).flatMap((node) => node.compatible);
  return cores.find((core) => thirtyTwoBitCore.test(core));
}

/** The architecture of a machine: what is asked for, what its profile says, or what its processors can run. */
export function chooseArchitecture(
  asked: ArchitectureName | undefined,
  board: BoardProfile | undefined,
  tree: DeviceTree | undefined,
): ArchitectureName {
  const stated = asked ?? board?.architecture;
  if (stated !== undefined) return stated;
  return tree !== undefined && thirtyTwoBitCoreOf(tree) !== undefined ? 'arm' : 'arm64';
}

/**
 * Refuses a kernel that was not asked for, or that the processors cannot run: an InputError. A 64-bit core runs kernels
 * of either architecture. `origin` is where the kernel's configuration comes from.
 */
export function refuseWrongArchitecture(
  kernel: ArchitectureName,
  origin: string,
  asked: ArchitectureName | undefined,
  tree: DeviceTree | undefined,
): void {
  if (asked !== undefined && asked !== kernel) {
    const problem = `the configuration ${origin} is for arch ${kernel}, and ${asked} was asked for`;
    throw inputError('architecture-wrong', { problem });
  }
  const core = kernel === 'arm64' && tree !== undefined ? thirtyTwoBitCoreOf(tree) : undefined;
  if (core === undefined) return;
  const problem = `${tree?.file}: its processor ${core} has 32 bits, and the configuration ${origin} is for arch arm64`;
  throw inputError('architecture-wrong', { problem });
}
