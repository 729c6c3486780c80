import { bootOptionTable, readBootOptions } from '../boot-options.ts';
import { defineCommand } from '../command.ts';
import { boardCompletions } from '../completions.ts';
import { exitCodes } from '../exit-codes.ts';

/** `heapboard explain`: why something is as it is, and which smallest change would alter it. */
export const explainCommand = defineCommand({
  arguments: [
    {
      name: 'input',
      describe: "a board's name, a .dts or .dtb file, or - for stdin",
      complete: boardCompletions,
    },
    {
      name: 'what',
      describe:
        "a region, area, heap, node path or file; 'reserved' for the cma= area, 'cma-size' for who decides about its size, 'boot' for a panic",
    },
  ],
  options: {
    json: { takes: 'nothing', describe: 'one JSON document on stdout' },
    ...bootOptionTable,
  },
  examples: [
    ['heapboard explain hikey linux,cma', 'where the default area comes from, and how large it could be'],
    [
      "heapboard explain hikey linux,cma --set '/reserved-memory/linux,cma:size=512M'",
      'why a larger one fails, and what would make it fit',
    ],
    ['heapboard explain hikey cma-size', 'who decides how large the default area is, and how to change it'],
    ['heapboard explain board.dts /dev/dma_heap/reserved', 'why there is, or is no, such heap'],
    ['heapboard explain board.dts boot', 'why the kernel panics'],
  ],
  async run([input = '', what = ''], options, io) {
    const bootOptions = readBootOptions(options);
    const [{ loadBoot }, { explain }, { toJson }] = await Promise.all([
      import('../../whatif/boot.ts'),
      import('../../whatif/explain/explain.ts'),
      import('../../report/json.ts'),
    ]);
    const notice = (text: string) => io.err(`heapboard: ${text}\n`);
    const request = await loadBoot(input, bootOptions, { notice, stdin: io.stdin });
    const explanation = explain(request, what);
    if (options.json) {
      io.out(toJson((await import('../../report/explain-json.ts')).explainDocument(explanation)));
    } else {
      io.out((await import('../../report/explain-text.ts')).explainText(explanation, io.colours));
    }
    return exitCodes.answer;
  },
});
