import { open, rename, rm, stat, writeFile } from 'node:fs/promises';
import { inputError } from '../base/input-error.ts';

/** Writes a result to a file, whole or not at all. A place that cannot be written is an InputError. */
export async function writeOutput(file: string, content: string | Uint8Array): Promise<void> {
  const unfinished = `${file}.unfinished`;
  try {
    if (await isSpecial(file)) {
      await writeFile(file, content);
      return;
    }
    await writeFile(unfinished, content);
    await rename(unfinished, file);
  } catch (error) {
    await rm(unfinished, { force: true }).catch(() => undefined);
    throw unwritable(file, error);
  }
}

/** An InputError where a result could not be written to a file later; nothing is left behind. */
export async function refuseUnwritable(file: string): Promise<void> {
  const unfinished = `${file}.unfinished`;
  try {
    const facts = await stat(file).catch(() => undefined);
    if (facts?.isDirectory() === true)
      throw inputError('file-is-folder', { file, expected: 'a file to write' });
    const handle = await open(facts === undefined || facts.isFile() ? unfinished : file, 'a');
    await handle.close();
    await rm(unfinished, { force: true });
  } catch (error) {
    throw unwritable(file, error);
  }
}

/** A pipe or a device: it cannot be replaced by a finished file. */
async function isSpecial(file: string): Promise<boolean> {
  const facts = await stat(file).catch(() => undefined);
  return facts !== undefined && !facts.isFile() && !facts.isDirectory();
}

function unwritable(file: string, error: unknown): unknown {
  if (!(error instanceof Error && 'code' in error)) return error;
  return inputError('file-unwritable', { file, reason: error.message.replace(/^\w+: (.*?),.*$/, '$1') });
}
