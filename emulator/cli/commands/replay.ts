import { bootOptionTable, readBootOptions } from '../boot-options.ts';
import { defineCommand } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { readText } from '../read-text.ts';
import { chooseInput, traceArguments } from '../replay-input.ts';

/** `heapboard replay`: the calls of a trace, made again on another board or release. */
export const replayCommand = defineCommand({
  arguments: traceArguments,
  options: {
    json: { takes: 'nothing', describe: 'one JSON document on stdout (docs/traces.md)' },
    ...bootOptionTable,
  },
  examples: [
    ['heapboard replay trace.jsonl', 'on the board and release where it was recorded'],
    ['heapboard replay trace.jsonl --board db845c', 'what the same calls get on another board'],
    ['heapboard replay trace.jsonl --release 7.3', 'and on another release'],
  ],
  async run([file = '', given], options, io) {
    const [{ parseTrace }, { boot }, { replayTrace }, { replayDocument, replayText }] = await Promise.all([
      import('../../userland/trace/event.ts'),
      import('../../whatif/boot.ts'),
      import('../../whatif/replay-trace.ts'),
      import('../../report/replay-text.ts'),
    ]);
    const trace = parseTrace(await readText(file, 'a trace'), file);
    const { input, bootOptions } = chooseInput(trace, given, readBootOptions(options));
    const system = await boot(input, bootOptions, { stdin: io.stdin });
    const outcome = replayTrace(system, trace.events);
    const document = replayDocument(system, outcome, file);
    if (options.json) io.out((await import('../../report/json.ts')).toJson(document));
    else io.out(replayText(document));
    return outcome.differences.length === 0 ? exitCodes.answer : exitCodes.expectationFailed;
  },
});
