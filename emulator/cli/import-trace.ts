import { inputError } from '../base/input-error.ts';
import type { CommandIo } from './command.ts';
import { exitCodes } from './exit-codes.ts';
import { writeOutput } from './output-file.ts';
import { readText } from './read-text.ts';

/** `heapboard import strace FILE`: what strace saw on a real machine, as a record for `replay`. */
export async function importTrace(
  files: readonly string[],
  options: { readonly output: string | undefined },
  io: CommandIo,
): Promise<number> {
  const [file, ...others] = files;
  if (file === undefined || others.length > 0)
    throw inputError('usage', {
      problem: 'import strace takes one file; strace -f writes all processes into one',
    });
  const [{ importStrace }, { formatTrace, isCall }] = await Promise.all([
    import('../userland/trace/strace-import/import-strace.ts'),
    import('../userland/trace/event.ts'),
  ]);
  const { trace, callsRead, remarks } = importStrace(await readText(file, 'the output of strace'), file);
  for (const remark of remarks) io.err(`${file}: ${remark}\n`);
  const kept = trace.events.filter(isCall).length;
  io.err(`${callsRead} calls, of which ${kept} have to do with heaps and buffers\n`);
  const text = formatTrace(trace);
  if (options.output === undefined) io.out(text);
  else await writeOutput(options.output, text);
  return exitCodes.answer;
}
