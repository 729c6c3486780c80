import { inputError } from '../base/input-error.ts';
import { nearNames } from '../base/near-names.ts';
import { O_RDONLY } from '../linux/uapi/fcntl.ts';
import { S_IFDIR, S_IFLNK, S_IFMT, S_IFREG } from '../linux/uapi/stat.ts';
import { SyscallError } from '../userland/errors.ts';
import type { Process } from '../userland/process.ts';

/** An entry of a folder. */
export interface ListedEntry {
  readonly name: string;
  readonly kind: 'folder' | 'link' | 'other';
  /** Where a link leads. */
  readonly target?: string | undefined;
}

/** What one path of an emulated board holds. */
export type ReadFile =
  | { readonly path: string; readonly kind: 'file'; readonly bytes: Uint8Array }
  | { readonly path: string; readonly kind: 'folder'; readonly entries: readonly ListedEntry[] };

const chunkBytes = 32_768;

/**
 * What a process reads at an absolute path: a file's bytes, or a folder's entries by name. A path that is not there,
 * or that only a driver could answer, is an InputError.
 */
export function readFile(process: Process, path: string): ReadFile {
  const type = readable(process, path, () => process.stat(path).mode & S_IFMT);
  if (type === S_IFDIR) return { path, kind: 'folder', entries: listFolder(process, path) };
  if (type !== S_IFREG) {
    throw inputError('emulated-file-unreadable', { path, reason: 'it is a device, and no file' });
  }
  return { path, kind: 'file', bytes: readable(process, path, () => readBytes(process, path)) };
}

function readBytes(process: Process, path: string): Uint8Array {
  const fd = process.open(path, O_RDONLY);
  try {
    const parts: Uint8Array[] = [];
    for (let part = process.read(fd, chunkBytes); part.length > 0; part = process.read(fd, chunkBytes)) {
      parts.push(part);
    }
    const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let end = 0;
    for (const part of parts) {
      bytes.set(part, end);
      end += part.length;
    }
    return bytes;
  } finally {
    process.close(fd);
  }
}

function listFolder(process: Process, path: string): readonly ListedEntry[] {
  const names = [...readable(process, path, () => process.readdir(path))].sort();
  return names.map((name) => listEntry(process, name, `${path.replace(/\/+$/, '')}/${name}`));
}

function listEntry(process: Process, name: string, path: string): ListedEntry {
  const noFollow = 0x100;
  const type = process.stat(path, noFollow).mode & S_IFMT;
  if (type === S_IFLNK) return { name, kind: 'link', target: process.readlink(path) };
  return { name, kind: type === S_IFDIR ? 'folder' : 'other' };
}

/** Turns a refusal of the kernel into a mistake of the user, with what was perhaps meant. */
function readable<Result>(process: Process, path: string, read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error;
    const missing = error.code === 'ENOENT' || error.code === 'ENOTDIR';
    if (missing) throw inputError('emulated-file-missing', { path, near: nearPaths(process, path) });
    throw inputError('emulated-file-unreadable', { path, reason: error.message });
  }
}

/** Entries of the deepest folder of a path that is there, like the part that is missing. */
function nearPaths(process: Process, path: string): readonly string[] {
  const parts = path.split('/').filter((part) => part !== '');
  for (let depth = parts.length - 1; depth >= 0; depth -= 1) {
    const folder = `/${parts.slice(0, depth).join('/')}`;
    const names = namesIn(process, folder);
    if (names === undefined) continue;
    const rest = parts.slice(depth + 1).map((part) => `/${part}`);
    const near = nearNames(parts[depth] ?? '', names);
    return near.map((name) => `${folder === '/' ? '' : folder}/${name}${rest.join('')}`);
  }
  return [];
}

function namesIn(process: Process, folder: string): readonly string[] | undefined {
  try {
    return process.readdir(folder);
  } catch (error) {
    if (error instanceof SyscallError) return undefined;
    throw error;
  }
}
