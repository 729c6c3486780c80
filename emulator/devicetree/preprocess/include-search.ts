import { type LogicalLine, logicalLines } from './lines.ts';

/** Reads a text; undefined where there is no such file. */
type ReadText = (path: string) => string | undefined;

/** What files hold, kept over many runs: most boards share most of their headers. */
export class HeaderCache {
  readonly #files = new Map<string, readonly LogicalLine[] | undefined>();
  readonly #read: ReadText;

  constructor(read: ReadText) {
    this.#read = read;
  }

  lines(path: string): readonly LogicalLine[] | undefined {
    if (this.#files.has(path)) return this.#files.get(path);
    const text = this.#read(path);
    const lines = text === undefined ? undefined : logicalLines(text);
    this.#files.set(path, lines);
    return lines;
  }
}

export type Found =
  | { readonly path: string; readonly lines: readonly LogicalLine[] }
  | { readonly tried: readonly string[] };

/** The folder of a file, `.` where the name has none. */
export function folderOf(file: string): string {
  const slash = file.lastIndexOf('/');
  return slash < 0 ? '.' : file.slice(0, slash === 0 ? 1 : slash);
}

/** Joins a folder and a name; `.` and `..` in between are resolved, so that a file has one spelling. */
export function joinPath(folder: string, name: string): string {
  const whole = name.startsWith('/') || folder === '' ? name : `${folder}/${name}`;
  const isAbsolute = whole.startsWith('/');
  const parts: string[] = [];
  for (const part of whole.split('/')) {
    if (part === '.' || part === '') continue;
    if (part !== '..') parts.push(part);
    else if (parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else if (!isAbsolute) parts.push(part);
  }
  const joined = parts.join('/');
  return isAbsolute ? `/${joined}` : joined || '.';
}

/** Finds included files: beside the including file for quotes, then in the folders of the search path. */
export class IncludeSearch {
  readonly #folders: readonly string[];
  readonly #cache: HeaderCache;

  constructor(folders: readonly string[], cache: HeaderCache) {
    this.#folders = folders;
    this.#cache = cache;
  }

  /** `from` is the including file for `"name"`, undefined for `<name>`. */
  find(name: string, from: string | undefined): Found {
    const folders = from === undefined ? this.#folders : [folderOf(from), ...this.#folders];
    const paths = name.startsWith('/') ? [name] : folders.map((folder) => joinPath(folder, name));
    for (const path of paths) {
      const lines = this.#cache.lines(path);
      if (lines !== undefined) return { path, lines };
    }
    return { tried: paths };
  }
}
