import { bootOptionTable, readBootOptions } from '../boot-options.ts';
import { defineCommand } from '../command.ts';
import { boardCompletions } from '../completions.ts';
import { loadContracts } from '../consumer-files.ts';
import { exitCodes } from '../exit-codes.ts';
import { loadJob, workloadNames } from '../jobs.ts';
import { requestPicture, svgOptionTable } from '../svg-option.ts';
import { parseVariation } from '../variation.ts';

/** `heapboard compare`: boards, or variations of one, side by side. */
export const compareCommand = defineCommand({
  arguments: [
    {
      name: 'subject',
      describe: "a board, a file, or a variation in one word: 'hikey --set NODE:PROP=VALUE'",
      many: true,
      complete: boardCompletions,
    },
  ],
  options: {
    json: { takes: 'nothing', describe: 'one JSON document on stdout (docs/compare.md)' },
    workload: {
      takes: 'values',
      placeholder: 'NAME',
      describe: 'a workload to run on each; gralloc where none is given',
      complete: () => workloadNames(),
    },
    log: { takes: 'nothing', describe: 'the lines in which the kernel logs differ as well' },
    ...svgOptionTable,
    ...bootOptionTable,
  },
  examples: [
    [
      'heapboard compare hikey hikey960 db845c',
      'which of three boards needs a CMA heap, and what it costs each',
    ],
    [
      "heapboard compare hikey 'hikey --set /reserved-memory/linux,cma:size=256M' --workload gralloc",
      'one board before and after a change',
    ],
    ['heapboard compare hikey hikey960 --svg ram.svg', 'what each spends its RAM on, as a picture'],
    ['heapboard compare hikey db845c --release 7.3 --json', 'with heaps that may be modules, for programs'],
  ],
  async run(subjects, options, io) {
    const { inputError } = await import('../../base/input-error.ts');
    if (subjects.length < 2)
      throw inputError('usage', {
        problem: 'compare needs two subjects at least; see heapboard compare --help',
      });
    const writePicture = await requestPicture(options.svg);
    const common = readBootOptions(options);
    const [{ loadBoot }, { compareBoards }, contracts] = await Promise.all([
      import('../../whatif/boot.ts'),
      import('../../whatif/compare/compare.ts'),
      loadContracts([]),
    ]);
    const names = options.workload.length === 0 ? ['gralloc'] : options.workload;
    const notice = (text: string) => io.err(`heapboard: ${text}\n`);
    const compared = [];
    for (const name of subjects) {
      const { input, options: own } = await parseVariation(name, common);
      compared.push({ name, request: await loadBoot(input, own, { notice, stdin: io.stdin }) });
    }
    const jobs = () => Promise.all(names.map((name) => loadJob(name)));
    const document = await compareBoards(compared, { contracts, jobs });
    if (options.svg !== undefined) {
      const { comparePicture } = await import('../../report/compare-picture.ts');
      await writePicture(() => comparePicture(document).svg);
    }
    if (options.json) io.out((await import('../../report/json.ts')).toJson(document));
    else {
      const { compareText } = await import('../../report/compare-text.ts');
      io.out(compareText(document, io.colours, options.log));
    }
    return exitCodes.answer;
  },
});
