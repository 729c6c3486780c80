import { bootOptionTable, readBootOptions } from '../boot-options.ts';
import { defineCommand } from '../command.ts';
import { boardCompletions } from '../completions.ts';
import { exitCodes } from '../exit-codes.ts';

/** `heapboard check`: what will go wrong with a board's memory, and what would put it right. */
export const checkCommand = defineCommand({
  arguments: [
    {
      name: 'input',
      describe: "a board's name, a .dts or .dtb file, or - for stdin",
      complete: boardCompletions,
    },
  ],
  options: {
    json: { takes: 'nothing', describe: 'one JSON document on stdout (docs/check.md)' },
    ...bootOptionTable,
  },
  examples: [['heapboard check board.dts', 'all that is known to be wrong with it']],
  async run([input = ''], options, io) {
    const bootOptions = readBootOptions(options);
    const [{ loadBoot }, { check }] = await Promise.all([
      import('../../whatif/boot.ts'),
      import('../../whatif/check/check.ts'),
    ]);
    const notice = (text: string) => io.err(`heapboard: ${text}\n`);
    const document = check(await loadBoot(input, bootOptions, { notice, stdin: io.stdin }));
    if (options.json) io.out((await import('../../report/json.ts')).toJson(document));
    else io.out((await import('../../report/check-text.ts')).checkText(document, io.colours));
    return exitCodes.answer;
  },
});
