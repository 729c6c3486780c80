import { statSync } from 'node:fs';
import { findCompiler } from 'dtc-parser/node';
import { compileNatively, OurCompiler } from '../corpus/compile.ts';
import { boardsOf, kernelSources } from '../corpus/kernel-sources.ts';
import type { Measure, Subject } from './subject.ts';

const hikey = 'arch/arm64/boot/dts/hisilicon/hi6220-hikey.dts';

/** Preprocessing and compiling sources of the kernel, beside the tools that the kernel's own build uses. */
export const kernelSource: Subject = {
  name: "preprocess and compile the kernel's sources",
  timeMs: 1500,
  async prepare() {
    const sources = kernelSources();
    const compiler = findCompiler();
    if (sources === undefined || compiler === undefined)
      throw new Error('needs linux-source-6.1; run scripts/setup');
    const warm = new OurCompiler(sources, compiler);
    const largest = await largestBoard(sources, warm);
    const measures = [hikey, largest].flatMap((board): Measure[] => {
      const name = board.slice(board.lastIndexOf('/') + 1);
      const against = `${name}, gcc -E | dtc`;
      const anew = () => new OurCompiler(sources, compiler).compile(board);
      return [
        { name: `${name}, headers read before`, run: () => warm.compile(board), against },
        { name: `${name}, headers read anew`, run: anew, against },
        { name: against, run: () => compileNatively(sources, board) },
      ];
    });
    return { measures };
  },
};

/** The board with the largest blob among those with the largest sources. */
async function largestBoard(sources: string, compiler: OurCompiler): Promise<string> {
  const bySource = boardsOf(sources, 'arm64')
    .map((board) => ({ board, size: statSync(`${sources}/${board}`).size }))
    .sort((a, b) => b.size - a.size)
    .slice(0, 20);
  let largest = { board: hikey, size: 0 };
  for (const { board } of bySource) {
    const size = (await compiler.compile(board)).length;
    if (size > largest.size) largest = { board, size };
  }
  return largest.board;
}
