import { bootOptionTable, readBootOptions } from '../boot-options.ts';
import { defineCommand } from '../command.ts';
import { boardCompletions } from '../completions.ts';
import { exitCodes } from '../exit-codes.ts';
import { reportOptionTable, requestReports } from '../report-options.ts';

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
    ...reportOptionTable,
    ...bootOptionTable,
  },
  examples: [
    ['heapboard check board.dts', 'all that is known to be wrong with it'],
    ['heapboard check board.dts --report sarif=check.sarif', 'at its places in the source, for code hosts'],
  ],
  async run([input = ''], options, io) {
    const bootOptions = readBootOptions(options);
    const reports = await requestReports(options.report, io);
    const [{ loadBoot }, { check }] = await Promise.all([
      import('../../whatif/boot.ts'),
      import('../../whatif/check/check.ts'),
    ]);
    const notice = (text: string) => io.err(`heapboard: ${text}\n`);
    const document = check(await loadBoot(input, bootOptions, { notice, stdin: io.stdin }));
    if (options.json) io.out((await import('../../report/json.ts')).toJson(document));
    else if (!reports.takesStdout)
      io.out((await import('../../report/check-text.ts')).checkText(document, io.colours));
    if (options.report.length > 0)
      await reports.write((await import('../../report/check-report.ts')).checkReport(document, true));
    return exitCodes.answer;
  },
});
