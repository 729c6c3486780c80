import type { TraceEvent, TraceHeader } from '../userland/trace/event.ts';
import type { System } from '../whatif/system.ts';
import type { CommandIo, OptionTable, OptionValues } from './command.ts';
import { writeOutput } from './output-file.ts';

const group = 'Watching';

/** The options of commands that run processes and can write down their calls. */
export const watchOptionTable = {
  strace: {
    takes: 'nothing',
    group,
    describe: 'print each system call to stderr, as strace does',
  },
  'strace-file': {
    takes: 'value',
    placeholder: 'FILE',
    group,
    describe: 'as --strace, into a file',
  },
  record: {
    takes: 'value',
    placeholder: 'FILE',
    group,
    describe: 'write each system call and its result into a file, for `heapboard replay`',
  },
} as const satisfies OptionTable;

/** Watches the calls of the system's processes from now on, as the options say; the returned function ends it. */
export async function watchCalls(
  system: System,
  options: OptionValues<typeof watchOptionTable>,
  io: CommandIo,
): Promise<() => Promise<void>> {
  const { strace, 'strace-file': straceFile, record } = options;
  if (!strace && straceFile === undefined && record === undefined) return async () => {};
  const [{ Tracer }, { StraceText }, { formatTrace }] = await Promise.all([
    import('../userland/trace/tracer.ts'),
    import('../userland/trace/strace-text.ts'),
    import('../userland/trace/event.ts'),
  ]);
  const text = new StraceText();
  const lines: string[] = [];
  const events: TraceEvent[] = [];
  const tracer = new Tracer((event) => {
    if (record !== undefined) events.push(event);
    const line = strace || straceFile !== undefined ? text.line(event) : undefined;
    if (line === undefined) return;
    if (strace) io.err(`${line}\n`);
    if (straceFile !== undefined) lines.push(`${line}\n`);
  });
  system.wrapCalls((next) => tracer.wrap(next));
  return async () => {
    tracer.finish();
    if (straceFile !== undefined) await writeOutput(straceFile, lines.join(''));
    if (record !== undefined) await writeOutput(record, formatTrace({ header: traceHeader(system), events }));
  };
}

/** What a trace says of the system that it was made on. */
export function traceHeader({ board, environment }: System): TraceHeader {
  return { heapboardTrace: 1, board: board?.name, release: environment.release.name };
}
