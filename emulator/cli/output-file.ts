import { rename, rm, writeFile } from 'node:fs/promises';
import { inputError } from '../base/input-error.ts';

/** Writes a result to a file, whole or not at all. A place that cannot be written is an InputError. */
export async function writeOutput(file: string, content: string | Uint8Array): Promise<void> {
  const unfinished = `${file}.unfinished`;
  try {
    await writeFile(unfinished, content);
    await rename(unfinished, file);
  } catch (error) {
    await rm(unfinished, { force: true }).catch(() => undefined);
    if (!(error instanceof Error && 'code' in error)) throw error;
    throw inputError('file-unwritable', { file, reason: error.message.replace(/^\w+: (.*?),.*$/, '$1') });
  }
}
