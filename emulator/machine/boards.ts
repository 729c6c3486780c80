import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { basename, join, relative } from 'node:path';
import { inputError } from '../base/input-error.ts';
import type { BoardProfile } from './board.ts';
import { packagePath } from './package-path.ts';

/** Where the boards' folders lie; others may be given for tests. */
export function boardsFolder(): string {
  return packagePath('dts');
}

/** The names of all boards, sorted. */
export async function boardNames(folder = boardsFolder()): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory() && existsSync(join(folder, entry.name, 'board.yaml')))
    .map((entry) => entry.name)
    .sort();
}

/** Whether a board of that name exists; cheap, reads nothing. */
export function isBoard(name: string, folder = boardsFolder()): boolean {
  return /^[\w.-]+$/.test(name) && existsSync(join(folder, name, 'board.yaml'));
}

/** The profile of a board. An unknown name is an InputError that suggests near ones. */
export async function loadBoard(name: string, folder = boardsFolder()): Promise<BoardProfile> {
  if (!isBoard(name, folder)) throw await unknownBoard(name, folder);
  return loadBoardFile(nearPath(join(folder, name, 'board.yaml')));
}

/**
 * The board.yaml that a path means: the file itself, or the folder that holds one. Undefined where it means something
 * else.
 */
export function boardFileAt(path: string): string | undefined {
  if (basename(path) === 'board.yaml' && existsSync(path)) return path;
  const inside = join(path, 'board.yaml');
  return path !== '' && existsSync(inside) ? inside : undefined;
}

/** The profile in a file. */
export async function loadBoardFile(file: string): Promise<BoardProfile> {
  const [text, { parseBoardFile }] = await Promise.all([readFile(file, 'utf8'), import('./board-file.ts')]);
  return parseBoardFile(text, file);
}

/** All boards' profiles, by name. */
export async function loadBoards(folder = boardsFolder()): Promise<readonly BoardProfile[]> {
  return Promise.all((await boardNames(folder)).map((name) => loadBoard(name, folder)));
}

/** The error for a name that no board has. */
export async function unknownBoard(name: string, folder = boardsFolder()): Promise<Error> {
  const { nearNames } = await import('../base/near-names.ts');
  const known = await boardNames(folder);
  const near = nearNames(name, known);
  return inputError('board-unknown', { name, near, known });
}

/** A path as the user would write it: relative where it lies below the working directory. */
function nearPath(path: string): string {
  const near = relative(process.cwd(), path);
  return near.startsWith('..') ? path : near;
}
