import { bootOptionTable, readBootOptions } from '../boot-options.ts';
import { defineCommand } from '../command.ts';
import { boardCompletions } from '../completions.ts';
import { exitCodes } from '../exit-codes.ts';

/** `heapboard policies`: which areas become heaps under each export policy, and who could then exhaust whom. */
export const policiesCommand = defineCommand({
  arguments: [
    {
      name: 'input',
      describe: "a board's name, a .dts or .dtb file, or - for stdin",
      complete: boardCompletions,
    },
  ],
  options: {
    json: { takes: 'nothing', describe: 'one JSON document on stdout (docs/policies.md)' },
    ...bootOptionTable,
  },
  examples: [
    ['heapboard policies hikey', 'the heaps of a HiKey under each policy'],
    [
      'heapboard policies db845c --release 7.3',
      'which regions a newer kernel hands out that a device counts on',
    ],
    [
      'heapboard policies hikey --add-region camera,size=64M,reusable --export-region /soc/ade@f4100000=camera',
      'one more region, which a driver exports',
    ],
  ],
  async run([input = ''], options, io) {
    const bootOptions = readBootOptions(options);
    const [{ loadBoot }, { comparePolicies }] = await Promise.all([
      import('../../whatif/boot.ts'),
      import('../../whatif/policies/policies.ts'),
    ]);
    const notice = (text: string) => io.err(`heapboard: ${text}\n`);
    const document = comparePolicies(await loadBoot(input, bootOptions, { notice, stdin: io.stdin }));
    if (options.json) io.out((await import('../../report/json.ts')).toJson(document));
    else io.out((await import('../../report/policies-text.ts')).policiesText(document, io.colours));
    return exitCodes.answer;
  },
});
