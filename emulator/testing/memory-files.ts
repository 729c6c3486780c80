import { inputError } from '../base/input-error.ts';
import type { FileAccess, FileStatus } from '../devicetree/files.ts';

/** Files that exist only in memory: for tests. A folder exists where a file lies below it. */
export class MemoryFiles implements FileAccess {
  readonly #files: ReadonlyMap<string, Uint8Array>;
  readonly #standardInput: Uint8Array;

  constructor(files: Readonly<Record<string, string | Uint8Array>>, standardInput: string | Uint8Array = '') {
    this.#files = new Map(Object.entries(files).map(([path, content]) => [normal(path), bytesOf(content)]));
    this.#standardInput = bytesOf(standardInput);
  }

  status(path: string): FileStatus {
    const file = this.#files.get(normal(path));
    if (file !== undefined) return { kind: 'file', sizeBytes: file.length };
    return { kind: this.list(path).length > 0 ? 'folder' : 'missing', sizeBytes: 0 };
  }

  read(path: string): Uint8Array {
    const file = this.#files.get(normal(path));
    if (file === undefined) throw inputError('file-missing', { file: path });
    return file;
  }

  list(path: string): readonly string[] {
    const prefix = normal(path) === '.' ? '' : `${normal(path).replace(/\/$/, '')}/`;
    const inside = [...this.#files.keys()].filter((name) => name.startsWith(prefix));
    return [...new Set(inside.map((name) => name.slice(prefix.length).split('/')[0] ?? ''))];
  }

  async readStandardInput(): Promise<Uint8Array> {
    return this.#standardInput;
  }
}

function bytesOf(content: string | Uint8Array): Uint8Array {
  return typeof content === 'string' ? new TextEncoder().encode(content) : content;
}

/** A path without `.`, `..` and doubled slashes. */
function normal(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else parts.push(part);
  }
  const joined = parts.join('/');
  return path.startsWith('/') ? `/${joined}` : joined || '.';
}
