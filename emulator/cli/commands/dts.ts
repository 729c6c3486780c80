import { readTreeOptions, treeOptionTable } from '../boot-options.ts';
import { defineCommand } from '../command.ts';
import { boardCompletions } from '../completions.ts';
import { exitCodes } from '../exit-codes.ts';
import { writeOutput } from '../output-file.ts';

/** `heapboard dts`: the tree after overlays and edits, as source or as a blob. */
export const dtsCommand = defineCommand({
  arguments: [
    {
      name: 'input',
      describe: "a board's name, a .dts or .dtb file, or - for stdin",
      complete: boardCompletions,
    },
  ],
  options: {
    annotate: { takes: 'nothing', describe: 'say behind each node and property where it comes from' },
    output: {
      takes: 'value',
      letter: 'o',
      placeholder: 'FILE',
      describe: 'write a file instead: a blob where its name ends in .dtb, source otherwise',
    },
    ...treeOptionTable,
  },
  examples: [
    ['heapboard dts hikey', 'the tree of a board, as source'],
    [
      'heapboard dts board.dts --overlay camera.dtso -o board.dtb',
      'compile, apply an overlay, write the blob',
    ],
    ["heapboard dts board.dtb --set '/reserved-memory/linux,cma:size=256M'", 'what an edit makes of a blob'],
  ],
  async run([input = ''], options, io) {
    const { loadInput } = await import('../../whatif/load-input.ts');
    const notice = (text: string) => io.err(`heapboard: ${text}\n`);
    const { tree } = await loadInput(input, readTreeOptions(options), { notice, stdin: io.stdin });
    if (options.output?.endsWith('.dtb') === true) {
      const { writeFdt } = await import('../../devicetree/fdt-writer.ts');
      await writeOutput(options.output, writeFdt(tree));
      return exitCodes.answer;
    }
    const { dtsText } = await import('../../report/dts-text.ts');
    const text = dtsText(tree, { annotate: options.annotate });
    if (options.output === undefined) io.out(text);
    else await writeOutput(options.output, text);
    return exitCodes.answer;
  },
});
