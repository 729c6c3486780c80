import { nodeFiles } from '../devicetree/node-files.ts';
import type { DeviceTree } from '../devicetree/tree.ts';
import type { BootOptions } from './boot-options.ts';
import { bootTree } from './boot-tree.ts';
import { chooseKernel } from './kernel-choice.ts';
import { type BootHost, loadInput } from './load-input.ts';
import type { System } from './system.ts';

/**
 * Boots a board's name, a devicetree file (`-` for stdin) or a loaded tree. The kernel may panic: that is an answer
 * and no error, see `System.booted`. Bad input is an InputError.
 */
export async function boot(
  input: string | DeviceTree,
  options: BootOptions = {},
  host: BootHost = {},
): Promise<System> {
  const { tree, board } = await loadInput(input, options, host);
  const readText = (file: string) => new TextDecoder().decode(nodeFiles.read(file));
  return bootTree({ ...options, ...chooseKernel(options, board, readText), tree, profile: board });
}
