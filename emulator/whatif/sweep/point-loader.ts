import { inputError } from '../../base/input-error.ts';
import { nodeFiles } from '../../devicetree/node-files.ts';
import { memoryBanks } from '../../machine/memory-nodes.ts';
import type { BootOptions } from '../boot-options.ts';
import type { BootRequest } from '../boot-tree.ts';
import { chooseKernel, type KernelChoice } from '../kernel-choice.ts';
import { type LoadedInput, loadInput } from '../load-input.ts';
import { readConfigText } from '../read-config.ts';
import type { Setup } from '../scenario/settings.ts';
import { readDeviceRules } from '../userland/device-rules.ts';

/** How many loaded trees and kernels are kept: enough for the axes that vary slowly, and no more than fits. */
const keptEntries = 64;

/** Values by key, of which the ones used longest ago are forgotten. */
class Kept<Value> {
  readonly #values = new Map<string, Value>();

  async get(key: string, make: () => Promise<Value>): Promise<Value> {
    const found = this.#values.get(key) ?? (await make());
    this.#values.delete(key);
    this.#values.set(key, found);
    const [oldest] = this.#values.keys();
    if (this.#values.size > keptEntries && oldest !== undefined) this.#values.delete(oldest);
    return found;
  }
}

/** Loads what points boot from; trees and kernels that several points share are read once. */
export class PointLoader {
  readonly #plain = new Kept<LoadedInput>();
  readonly #edited = new Kept<LoadedInput>();
  readonly #kernels = new Kept<KernelChoice>();

  async load(setup: Setup): Promise<BootRequest> {
    const { options, board, tree } = setup;
    const input = await this.#input(setup);
    const text = (file: string) => readConfigText(nodeFiles, file);
    const { release, config, kconfig, exportPolicy, arch } = options;
    const kernelKey = JSON.stringify([board, tree, release, config, kconfig, exportPolicy, arch]);
    const kernel = await this.#kernels.get(kernelKey, async () =>
      chooseKernel(options, input.board, text, input.tree),
    );
    const deviceRules = readDeviceRules(options.permissions ?? {}, (file) =>
      new TextDecoder().decode(nodeFiles.read(file)),
    );
    const moduleFiles = (options.moduleFiles ?? []).map((file) => ({ file, bytes: nodeFiles.read(file) }));
    return {
      ...options,
      ...ramOf(setup, input),
      moduleFiles,
      deviceRules,
      ...kernel,
      tree: input.tree,
      profile: input.board,
    };
  }

  async #input({ board, tree, options }: Setup): Promise<LoadedInput> {
    const { overlays, includePaths, edits = [] } = options;
    const own: Pick<BootOptions, 'board' | 'overlays' | 'includePaths'> = {
      ...(tree === undefined ? {} : { board }),
      overlays,
      includePaths,
    };
    const key = JSON.stringify([board, tree, overlays, includePaths]);
    const plain = await this.#plain.get(key, async () => {
      if (tree === undefined && board === undefined)
        throw inputError('sweep-broken', { problem: 'nothing is booted: it needs a board or a tree' });
      if (tree === undefined) return loadInput(board ?? '', own);
      if ('path' in tree) return loadInput(tree.path, own);
      const source = new TextEncoder().encode(tree.source);
      return loadInput('-', own, { stdin: async () => source });
    });
    if (edits.length === 0) return plain;
    return this.#edited.get(`${key} ${JSON.stringify(edits)}`, async () => {
      const { applyEdits } = await import('../../devicetree/edits/edits.ts');
      return { ...plain, tree: applyEdits(plain.tree, edits) };
    });
  }
}

/** RAM of another size than the board's, from where the board's begins. */
function ramOf({ ramBytes }: Setup, { tree, board }: LoadedInput): Partial<BootRequest> {
  if (ramBytes === undefined) return {};
  const [first] = [...(board?.memory ?? []), ...memoryBanks(tree)];
  return { memory: [{ baseBytes: first?.baseBytes ?? 0n, sizeBytes: ramBytes }] };
}
