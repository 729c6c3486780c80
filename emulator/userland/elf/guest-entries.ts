import { posix } from 'node:path';
import type { Kernel } from '../../linux/init/kernel.ts';
import type { Task } from '../../linux/kernel/task.ts';
import { type FileContent, showContent, spawn, systemCall } from '../../linux/syscalls.ts';
import { O_CREAT, O_TRUNC, O_WRONLY } from '../../linux/uapi/fcntl.ts';
import { SyscallError } from '../errors.ts';
import { Process } from '../process.ts';

/** A file, folder or symbolic link that is put into the board's file system; `path` is absolute. */
export type GuestEntry =
  | GuestFile
  | { readonly path: string; readonly mode: number; readonly kind: 'folder' }
  | { readonly path: string; readonly kind: 'link'; readonly target: string };

/** A regular file of them. `bytes` may be read at first use; then `sizeBytes` says beforehand how many they are. */
export interface GuestFile {
  readonly path: string;
  readonly mode: number;
  readonly bytes: Uint8Array;
  readonly sizeBytes?: number;
}

/** As many links as a walk follows. */
const longestChain = 40;

/** Writes entries as root, with the folders on the way. What is there already stays, unless a file replaces it. */
export function placeEntries(kernel: Kernel, entries: readonly GuestEntry[]): void {
  const task = spawn(kernel, {}, 'cp');
  const writer = new Process(kernel, task, systemCall);
  const merged: string[] = [];
  const made = new Set(['/']);
  const makeFolder = (path: string, mode: number): void => {
    if (made.has(path)) return;
    made.add(path);
    unlessThere(() => writer.mkdir(path, mode));
  };
  for (const entry of entries) {
    for (let at = entry.path.indexOf('/', 1); at > 0; at = entry.path.indexOf('/', at + 1))
      makeFolder(entry.path.slice(0, at), 0o755);
    if ('bytes' in entry) writeFile(writer, task, entry);
    else if (entry.kind === 'folder') makeFolder(entry.path, entry.mode);
    else if (!makeLink(writer, entry.path, entry.target)) merged.push(entry.path);
  }
  const resolve = resolver(entries);
  for (const path of merged) fillFrom(writer, path, resolve(path));
  writer.exit(0);
}

function writeFile(writer: Process, task: Task, file: GuestFile): void {
  const fd = writer.open(file.path, O_CREAT | O_WRONLY | O_TRUNC, file.mode);
  if (!showContent(task, fd, contentOf(file))) writer.write(fd, file.bytes);
  writer.close(fd);
}

/** As long as was said when the file was placed, whatever became of it on the host since. */
function contentOf(file: GuestFile): FileContent {
  const { sizeBytes } = file;
  if (sizeBytes === undefined) return { sizeBytes: file.bytes.length, bytes: file.bytes };
  return {
    sizeBytes,
    get bytes() {
      return file.bytes;
    },
  };
}

/** False where the board has a folder there that is not empty: it stays, as /lib does with its modules. */
function makeLink(writer: Process, path: string, target: string): boolean {
  const refusal = refusalOf(() => writer.rmdir(path));
  if (refusal === 'ENOTEMPTY') return false;
  unlessThere(() => writer.symlink(target, path));
  return true;
}

/** Links from a folder to all that is in another one, so that it can be used in its place. */
function fillFrom(writer: Process, path: string, from: string): void {
  if (from === path || refusalOf(() => writer.stat(from)) !== undefined) return;
  for (const name of writer.readdir(from))
    unlessThere(() => writer.symlink(posix.join(from, name), posix.join(path, name)));
}

function unlessThere(make: () => void): void {
  const refusal = refusalOf(make);
  if (refusal !== undefined && refusal !== 'EEXIST') make();
}

function refusalOf(act: () => void): string | undefined {
  try {
    act();
  } catch (error) {
    if (error instanceof SyscallError) return error.code;
    throw error;
  }
  return undefined;
}

/** Finds a file's bytes by any path that leads to it. */
export function fileFinder(entries: readonly GuestEntry[]): (path: string) => Uint8Array | undefined {
  const resolve = resolver(entries);
  const files = new Map(
    entries.flatMap((entry) => ('bytes' in entry ? [[resolve(entry.path), entry] as const] : [])),
  );
  return (path) => files.get(resolve(path))?.bytes;
}

/** Follows the links among entries: gives a path without any, where none leads out of them or round in a circle. */
export function resolver(entries: readonly GuestEntry[]): (path: string) => string {
  const links = new Map(
    entries.flatMap((entry) => ('target' in entry ? [[entry.path, entry.target] as const] : [])),
  );
  return (path) => {
    let steps = path.split('/').filter((step) => step !== '');
    let done = '/';
    for (let followed = 0; steps.length > 0; ) {
      const [step = '', ...rest] = steps;
      const here = posix.join(done, step);
      const target = links.get(here);
      steps = rest;
      if (target === undefined || followed === longestChain) {
        done = here;
        continue;
      }
      followed += 1;
      if (target.startsWith('/')) done = '/';
      steps = [...target.split('/').filter((part) => part !== ''), ...rest];
    }
    return done;
  };
}
