import { inputError } from '../base/input-error.ts';
import type { FileAccess } from '../devicetree/files.ts';
import { loadDeviceTreeFile } from '../devicetree/node.ts';
import { nodeFiles } from '../devicetree/node-files.ts';
import { DeviceTree } from '../devicetree/tree.ts';
import type { BoardProfile } from '../machine/board.ts';
import { boardFileAt, isBoard, loadBoard, loadBoardFile, unknownBoard } from '../machine/boards.ts';
import type { BootOptions } from './boot-options.ts';

/** What a boot reads from and tells on; the machine's own where it is absent. */
export interface BootHost {
  /** The bytes behind the input `-`. */
  readonly stdin?: () => Promise<Uint8Array>;
  /** Told what the user should know though nothing is wrong. */
  readonly notice?: (text: string) => void;
}

/** A devicetree, and the profile that holds for it. */
export interface LoadedInput {
  readonly tree: DeviceTree;
  readonly board: BoardProfile | undefined;
}

/**
 * Finds what an input names: a tree itself, a board, a folder with a board.yaml, a file, or `-` for stdin. A file by itself has no profile.
 * What is neither a board nor a file is taken for a mistyped board, unless it looks like a path.
 */
export async function loadInput(
  input: string | DeviceTree,
  options: Pick<BootOptions, 'board' | 'overlays' | 'edits' | 'includePaths'>,
  host: BootHost = {},
): Promise<LoadedInput> {
  const loaded = await findInput(input, options, host);
  if (options.edits === undefined || options.edits.length === 0) return loaded;
  const { applyEdits } = await import('../devicetree/edits/edits.ts');
  return { ...loaded, tree: applyEdits(loaded.tree, options.edits) };
}

async function findInput(
  input: string | DeviceTree,
  options: Pick<BootOptions, 'board' | 'overlays' | 'includePaths'>,
  host: BootHost,
): Promise<LoadedInput> {
  const files = host.stdin === undefined ? nodeFiles : { ...nodeFiles, readStandardInput: host.stdin };
  if (input instanceof DeviceTree) {
    if ((options.overlays ?? []).length > 0)
      throw inputError('usage', {
        problem: 'overlays are applied to boards and files, not to a tree that is loaded already',
      });
    return { tree: input, board: await profileNamed(options.board) };
  }
  const boardFile = isBoard(input) ? undefined : boardFileAt(input);
  if (isBoard(input) || boardFile !== undefined) {
    const board = boardFile === undefined ? await loadBoard(input) : await loadBoardFile(boardFile);
    if (options.board !== undefined && options.board !== input)
      throw inputError('usage', {
        problem: `--board gives a file a profile, but ${input} is a board with its own`,
      });
    return { tree: await load(board.dtsFile, files, options, host), board };
  }
  if (isMistypedBoard(input, files)) throw await unknownBoard(input);
  const board = await profileNamed(options.board);
  return { tree: await load(input, files, options, host), board };
}

function load(
  file: string,
  files: FileAccess,
  { overlays = [], includePaths = [] }: Pick<BootOptions, 'overlays' | 'includePaths'>,
  { notice }: BootHost,
): Promise<DeviceTree> {
  return loadDeviceTreeFile(file, {
    files,
    overlays,
    includePaths,
    ...(notice === undefined ? {} : { notice }),
  });
}

async function profileNamed(name: string | undefined): Promise<BoardProfile | undefined> {
  return name === undefined ? undefined : loadBoard(name);
}

/** A word without a slash or an ending that is no file: nobody means a path by it. */
function isMistypedBoard(input: string, files: FileAccess): boolean {
  return /^[\w-]+$/.test(input) && input !== '-' && files.status(input).kind === 'missing';
}
