import { nodeFiles } from '../devicetree/node-files.ts';
import type { DeviceTree } from '../devicetree/tree.ts';
import type { BootOptions } from './boot-options.ts';
import { type BootRequest, bootTree } from './boot-tree.ts';
import { chooseKernel } from './kernel-choice.ts';
import { type BootHost, loadInput } from './load-input.ts';
import { refuseMissingNodes } from './policies/check-exports.ts';
import { readConfigText } from './read-config.ts';
import type { System } from './system.ts';
import { readDeviceRules } from './userland/device-rules.ts';

/**
 * Boots a board's name, a devicetree file (`-` for stdin) or a loaded tree. The kernel may panic: that is an answer
 * and no error, see `System.booted`. Bad input is an InputError.
 */
export async function boot(
  input: string | DeviceTree,
  options: BootOptions = {},
  host: BootHost = {},
): Promise<System> {
  return bootTree(await loadBoot(input, options, host));
}

/** Loads all that a boot depends on, so that it can be booted several times, and changed in between. */
export async function loadBoot(
  input: string | DeviceTree,
  options: BootOptions = {},
  host: BootHost = {},
): Promise<BootRequest> {
  const { tree, board } = await loadInput(input, options, host);
  refuseMissingNodes(tree, options.exports ?? []);
  const readText = (file: string) => readConfigText(nodeFiles, file);
  const moduleFiles = (options.moduleFiles ?? []).map((file) => ({ file, bytes: nodeFiles.read(file) }));
  const deviceRules = readDeviceRules(options.permissions ?? {}, (file) =>
    new TextDecoder().decode(nodeFiles.read(file)),
  );
  return {
    ...options,
    moduleFiles,
    deviceRules,
    ...chooseKernel(options, board, readText, tree),
    tree,
    profile: board,
  };
}
