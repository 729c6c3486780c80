import { bootOptionTable, readBootOptions } from '../boot-options.ts';
import { defineCommand } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { writeOutput } from '../output-file.ts';
import { readText } from '../read-text.ts';
import { chooseInput, traceArguments } from '../replay-input.ts';

/** `heapboard minimize`: the smallest part of a trace that still fails. */
export const minimizeCommand = defineCommand({
  arguments: traceArguments,
  options: {
    output: {
      takes: 'value',
      letter: 'o',
      placeholder: 'FILE',
      describe: 'write the smaller trace here; stdout where not given',
    },
    ...bootOptionTable,
  },
  examples: [
    [
      'heapboard minimize trace.jsonl -o small.jsonl',
      'the fewest calls after which the last failure still comes',
    ],
    ['heapboard minimize trace.jsonl --board db845c', 'the fewest that go otherwise on another board'],
  ],
  async run([file = '', given], options, io) {
    const [{ formatTrace, parseTrace }, { loadBoot }, { minimizeTrace }] = await Promise.all([
      import('../../userland/trace/event.ts'),
      import('../../whatif/boot.ts'),
      import('../../whatif/replay-trace.ts'),
    ]);
    const trace = parseTrace(await readText(file, 'a trace'), file);
    const { input, bootOptions } = chooseInput(trace, given, readBootOptions(options));
    const request = await loadBoot(input, bootOptions, { stdin: io.stdin });
    const smaller = minimizeTrace(request, trace);
    if (smaller === undefined) {
      io.err('no call of the trace fails here, and none goes otherwise than recorded\n');
      return exitCodes.expectationFailed;
    }
    const { call, callsBefore, callsAfter } = smaller;
    io.err(`${callsBefore} calls, of which ${callsAfter} are enough for ${call.call} = ${call.seen}\n`);
    const text = formatTrace(smaller.trace);
    if (options.output === undefined) io.out(text);
    else await writeOutput(options.output, text);
    return exitCodes.answer;
  },
});
