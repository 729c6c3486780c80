import { InputError, inputError } from '../base/input-error.ts';
import type { CommandIo } from './command.ts';
import { exitCodes } from './exit-codes.ts';
import { parseCommandLine } from './parse.ts';
import { commands } from './registry.ts';

/** Runs one command line, without the program's name, and returns the exit code. Never throws. */
export async function runCli(words: readonly string[], io: CommandIo): Promise<number> {
  try {
    return await dispatch(words, io);
  } catch (error) {
    return reportError(error, io);
  }
}

/** Tells an error on stderr: one line for a mistake of the user, the stack for one of ours. Returns the exit code. */
export function reportError(error: unknown, io: CommandIo): number {
  if (error instanceof InputError) {
    io.err(`heapboard: ${error.message.trim().replace(/\s*\n\s*/g, '; ')}\n`);
    return exitCodes.inputError;
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  io.err(`heapboard: this is a bug in Heapboard, please report it with what follows\n${stack}\n`);
  return exitCodes.bug;
}

async function dispatch(words: readonly string[], io: CommandIo): Promise<number> {
  const [name = '--help', ...rest] = words;
  if (name === '--get-yargs-completions') {
    const { complete } = await import('./complete.ts');
    io.out((await complete(rest)).map((word) => `${word}\n`).join(''));
    return exitCodes.answer;
  }
  if (name === '--version') {
    const { packageVersion } = await import('../machine/package-path.ts');
    io.out(`${packageVersion()}\n`);
    return exitCodes.answer;
  }
  if (name === '--help' || name === '-h' || name === 'help') return help(rest[0], io);
  const entry = commands.get(name);
  if (entry === undefined) throw await unknownCommand(name);
  const command = await entry.load();
  const line = await parseCommandLine(name, command, rest);
  return line.help ? help(name, io) : command.run(line.given, line.options, io);
}

async function help(name: string | undefined, io: CommandIo): Promise<number> {
  const { commandHelp, overview } = await import('./help.ts');
  if (name === undefined || name.startsWith('-')) {
    io.out(await overview());
    return exitCodes.answer;
  }
  const entry = commands.get(name);
  if (entry === undefined) throw await unknownCommand(name);
  io.out(await commandHelp(name, entry.summary, await entry.load()));
  return exitCodes.answer;
}

async function unknownCommand(name: string): Promise<Error> {
  if (name.startsWith('-'))
    return inputError('usage', {
      problem: `the command comes first: heapboard COMMAND … ${name}; see heapboard --help`,
    });
  const { nearNames } = await import('../base/near-names.ts');
  const near = nearNames(name, [...commands.keys()]);
  const hint =
    near.length === 0 ? `there are ${[...commands.keys()].join(', ')}` : `did you mean ${near.join(' or ')}?`;
  return inputError('usage', { problem: `unknown command "${name}"; ${hint}` });
}
