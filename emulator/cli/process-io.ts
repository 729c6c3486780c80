import { readStandardInput } from '../base/read-whole.ts';
import type { CommandIo } from './command.ts';

/** The process's own streams. A reader of stdout that goes away, as `| head` does, is no error. */
export function processIo(): CommandIo {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
  }
  return {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    stdin: readStandardInput,
    colours: wantsColours(process.stdout.isTTY === true, process.env),
  };
}

/** Colours go to terminals only, unless the environment says otherwise (no-color.org, force-color.org). */
export function wantsColours(isTerminal: boolean, environment: NodeJS.ProcessEnv): boolean {
  if (environment.NO_COLOR !== undefined && environment.NO_COLOR !== '') return false;
  const force = environment.FORCE_COLOR;
  if (force !== undefined && force !== '') return force !== '0';
  return isTerminal && environment.TERM !== 'dumb';
}
