import { bootOptionTable, readBootOptions } from '../boot-options.ts';
import { defineCommand } from '../command.ts';
import { boardCompletions } from '../completions.ts';
import { consumerNames, loadContracts } from '../consumer-files.ts';
import { exitCodes } from '../exit-codes.ts';
import { reportOptionTable, requestReports } from '../report-options.ts';

/** `heapboard consumers`: what devices and known programs require, and whether a board gives it. */
export const consumersCommand = defineCommand({
  arguments: [
    {
      name: 'input',
      describe: "a board's name, a .dts or .dtb file, or - for stdin",
      complete: boardCompletions,
    },
    {
      name: 'consumer',
      describe: 'names of consumers, or contracts (.yaml); all that come with Heapboard where none is given',
      optional: true,
      many: true,
      complete: () => consumerNames(),
    },
  ],
  options: {
    json: { takes: 'nothing', describe: 'one JSON document on stdout (docs/consumers.md)' },
    expect: { takes: 'nothing', describe: 'exit code 1 where a consumer does not get what it requires' },
    'as-user': {
      takes: 'nothing',
      describe: 'run consumers as a user in the group that their contract names, not as root',
    },
    ...reportOptionTable,
    ...bootOptionTable,
  },
  examples: [
    ['heapboard consumers hikey', 'the devices of a HiKey, and which known programs find their heaps'],
    ['heapboard consumers hikey960 libiio --expect', 'one of them, for a script'],
    ['heapboard consumers hikey --report junit=consumers.xml', 'for continuous integration'],
    ['heapboard consumers rockpi4 ./player.yaml --release 7.3', 'a contract of yours'],
  ],
  async run([input = '', ...names], options, io) {
    const bootOptions = readBootOptions(options);
    const reports = await requestReports(options.report, io);
    const [{ loadBoot }, { checkConsumers }, contracts] = await Promise.all([
      import('../../whatif/boot.ts'),
      import('../../whatif/consumers/consumers.ts'),
      loadContracts(names),
    ]);
    const notice = (text: string) => io.err(`heapboard: ${text}\n`);
    const request = await loadBoot(input, bootOptions, { notice, stdin: io.stdin });
    const document = checkConsumers(request, contracts, { asUser: options['as-user'] });
    if (options.json) io.out((await import('../../report/json.ts')).toJson(document));
    else if (!reports.takesStdout)
      io.out((await import('../../report/consumers-text.ts')).consumersText(document, io.colours));
    if (options.report.length > 0)
      await reports.write((await import('../../report/consumers-report.ts')).consumersReport(document));
    return options.expect && document.failed > 0 ? exitCodes.expectationFailed : exitCodes.answer;
  },
});
