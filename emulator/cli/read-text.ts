import { readFile, stat } from 'node:fs/promises';
import { InputError, inputError } from '../base/input-error.ts';
import { readWhole } from '../base/read-whole.ts';

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  ELOOP: 'too many symbolic links encountered',
  ENAMETOOLONG: 'its name is too long',
  ERR_FS_FILE_TOO_LARGE: 'it is too large',
  ERR_STRING_TOO_LONG: 'it is too large',
};

/** The text of a file that the user named, without a byte order mark; `expected` says what it should be. Failures are InputErrors. */
export async function readText(file: string, expected: string): Promise<string> {
  try {
    const status = await stat(file);
    const bytes = status.isFile() || status.isDirectory() ? await readFile(file) : readWhole(file);
    return new TextDecoder().decode(bytes);
  } catch (error) {
    if (error instanceof InputError) throw error;
    const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR') throw inputError('file-missing', { file });
    if (code === 'EISDIR') throw inputError('file-is-folder', { file, expected });
    const reason = code === undefined ? String(error) : (reasons[code] ?? code);
    throw inputError('file-unreadable', { file, reason });
  }
}
