import { runCli } from './cli.ts';
import type { CommandIo } from './command.ts';

/** What a command line came to. */
export interface CommandOutcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a command line in this process, for tests. */
export async function runCommand(
  words: readonly string[],
  stdin: Uint8Array | string = '',
): Promise<CommandOutcome> {
  let out = '';
  let err = '';
  const io: CommandIo = {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    stdin: async () => (typeof stdin === 'string' ? new TextEncoder().encode(stdin) : stdin),
    colours: false,
  };
  const code = await runCli(words, io);
  return { code, out, err };
}
