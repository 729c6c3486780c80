import type { DeviceTree } from '../devicetree/tree.ts';
import { exportPolicyNamed } from '../linux/drivers/dma-buf/heaps/export-policies/index.ts';
import {
  type KernelConfig,
  namedConfig,
  parseAssignment,
  parseConfig,
  refuseImpossibleModules,
  withSymbols,
} from '../linux/kconfig.ts';
import { defaultRelease, type Release, releaseNamed } from '../linux/releases.ts';
import { chooseArchitecture, refuseWrongArchitecture } from '../machine/architecture.ts';
import type { BoardProfile } from '../machine/board.ts';
import type { BootOptions } from './boot-options.ts';

/** Which kernel is booted, in which configuration, and with which way to make heaps. */
export interface KernelChoice {
  readonly release: Release;
  readonly config: KernelConfig;
  readonly exportPolicy: string;
}

/**
 * Chooses the kernel: what is asked for, else what the board says, else the defaults. A given .config is taken as a
 * whole; the board's own symbols change the built-in configurations only. `--kconfig` goes over either. The built-in
 * configuration is the one of the architecture that is asked for, or that the board or the tree is of.
 */
export function chooseKernel(
  options: BootOptions,
  board: BoardProfile | undefined,
  readText: (file: string) => string,
  tree?: DeviceTree,
): KernelChoice {
  const release = releaseNamed(options.release ?? board?.release ?? defaultRelease);
  const architecture = chooseArchitecture(options.arch, board, tree);
  const builtIn = namedConfig(options.config ?? 'reference', release, architecture);
  const given = builtIn ?? parseConfig(readText(options.config ?? ''), options.config ?? '');
  refuseWrongArchitecture(given.facts.architecture, given.origin, options.arch ?? board?.architecture, tree);
  const base = builtIn === undefined ? given : withBoardSymbols(given, board);
  const config = withSymbols(base, (options.kconfig ?? []).map(parseAssignment));
  refuseImpossibleModules(config, release);
  return {
    release,
    config,
    exportPolicy: exportPolicyNamed(options.exportPolicy ?? usualPolicy(release)).name,
  };
}

function withBoardSymbols(config: KernelConfig, board: BoardProfile | undefined): KernelConfig {
  const symbols = [...(board?.configuration ?? [])].map(([symbol, value]) => ({ symbol, value }));
  return withSymbols(config, symbols);
}

/** Releases that make only the default area a heap leave room for explicit exports. */
function usualPolicy(release: Release): string {
  return release.behaviours.regionHeaps === 'default' ? 'explicit' : 'release';
}
