import { readdirSync, readFileSync, statSync } from 'node:fs';
import { inputError } from '../base/input-error.ts';
import { readStandardInput, readWhole } from '../base/read-whole.ts';
import type { FileAccess, FileStatus } from './files.ts';

/** The files of this machine, relative paths from the working directory. */
export const nodeFiles: FileAccess = {
  status,
  read: (path) => attempt(path, () => (statSync(path).isFile() ? readFileSync(path) : readWhole(path))),
  list: (path) => attempt(path, () => readdirSync(path)),
  readStandardInput,
};

function status(path: string): FileStatus {
  const facts = attempt(path, () => statSync(path, { throwIfNoEntry: false }));
  if (facts === undefined) return { kind: 'missing', sizeBytes: 0 };
  const kind = facts.isFile() ? 'file' : facts.isDirectory() ? 'folder' : 'other';
  return { kind, sizeBytes: facts.size };
}

function attempt<Result>(file: string, action: () => Result): Result {
  try {
    return action();
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') throw inputError('file-missing', { file });
    throw inputError('file-unreadable', { file, reason: error.message.replace(/^\w+: (.*?),.*$/, '$1') });
  }
}
