import { inputError } from '../base/input-error.ts';
import type { Trace } from '../userland/trace/event.ts';
import type { BootOptions } from '../whatif/boot-options.ts';
import type { ArgumentFacts } from './command.ts';
import { boardCompletions } from './completions.ts';

/** What commands take that replay a trace: the trace, and where to. */
export const traceArguments: readonly ArgumentFacts[] = [
  { name: 'trace', describe: 'a file that `run --record` or `import strace` wrote' },
  {
    name: 'input',
    describe: "a board's name or a devicetree file; the board of --board or of the trace where not given",
    optional: true,
    complete: boardCompletions,
  },
];

/** Where a trace is replayed: what the command line says, else where it was recorded. */
export function chooseInput(
  { header }: Trace,
  given: string | undefined,
  bootOptions: BootOptions,
): { readonly input: string; readonly bootOptions: BootOptions } {
  const { board, release, ...others } = bootOptions;
  const input = given ?? board ?? header.board;
  if (input === undefined) {
    throw inputError('usage', { problem: 'the trace names no board; say where to replay it: --board NAME' });
  }
  const sameBoard = input === header.board;
  return {
    input,
    bootOptions: {
      ...others,
      release: release ?? (sameBoard ? header.release : undefined),
      board: given === undefined ? undefined : board,
    },
  };
}
