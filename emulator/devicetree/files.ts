/** What lies at a path. `other` is what can be read but has no size: a pipe, a device. */
export interface FileStatus {
  readonly kind: 'file' | 'folder' | 'other' | 'missing';
  readonly sizeBytes: number;
}

/** How this room reads files. It is handed in, so that everything here works in a browser as well. */
export interface FileAccess {
  status(path: string): FileStatus;
  /** The bytes of a file. Throws an InputError where it cannot be read. */
  read(path: string): Uint8Array;
  /** The names in a folder, in no particular order. Throws an InputError where it cannot be read. */
  list(path: string): readonly string[];
  readStandardInput(): Promise<Uint8Array>;
}

/** Reads a file where there is one; undefined otherwise. */
export function readIfPresent(files: FileAccess, path: string): Uint8Array | undefined {
  const { kind } = files.status(path);
  return kind === 'file' || kind === 'other' ? files.read(path) : undefined;
}
