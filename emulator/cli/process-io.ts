import { fstatSync } from 'node:fs';
import { inputError } from '../base/input-error.ts';
import { readStandardInput } from '../base/read-whole.ts';
import { writeWhole } from '../base/write-whole.ts';
import type { CommandIo } from './command.ts';

/**
 * The process's own streams. A reader of stdout that goes away, as `| head` does, is no error; a disk that is full is an
 * InputError.
 */
export function processIo(): CommandIo {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw unwritable(error);
    });
  }
  return {
    out: fstatSync(process.stdout.fd).isFile() ? writeToFile : (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    stdin: readStandardInput,
    colours: wantsColours(process.stdout.isTTY === true, process.env),
  };
}

/** Node's own stream to a file drops without a word what a full disk no longer takes. */
function writeToFile(text: string): void {
  try {
    writeWhole(process.stdout.fd, text);
  } catch (error) {
    throw unwritable(error);
  }
}

function unwritable(error: unknown): Error {
  const reason = error instanceof Error ? error.message.replace(/^\w+: (.*?),.*$/, '$1') : String(error);
  return inputError('file-unwritable', { file: '<stdout>', reason });
}

/** Colours go to terminals only, unless the environment says otherwise (no-color.org, force-color.org). */
export function wantsColours(isTerminal: boolean, environment: NodeJS.ProcessEnv): boolean {
  if (environment.NO_COLOR !== undefined && environment.NO_COLOR !== '') return false;
  const force = environment.FORCE_COLOR;
  if (force !== undefined && force !== '') return force !== '0';
  return isTerminal && environment.TERM !== 'dumb';
}
