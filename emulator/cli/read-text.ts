import { readFile } from 'node:fs/promises';
import { inputError } from '../base/input-error.ts';

/** The text of a file that the user named; `expected` says what it should be. Failures are InputErrors. */
export async function readText(file: string, expected: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR') throw inputError('file-missing', { file });
    if (code === 'EISDIR') throw inputError('file-is-folder', { file, expected });
    throw inputError('file-unreadable', { file, reason: String(code ?? error) });
  }
}
