import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { findCompiler } from 'dtc-parser/node';
import type { Subject } from './subject.ts';

/** The devicetree compiler on a board's source; its program is compiled once and stays. */
export const dtcCompile: Subject = {
  name: 'dtc compile of hikey.dts, warm',
  timeMs: 1000,
  async prepare() {
    const compiler = findCompiler();
    if (compiler === undefined)
      throw new Error('the devicetree compiler has not been built; run scripts/setup');
    const file = fileURLToPath(new URL('../../dts/hikey/hikey.dts', import.meta.url));
    const source = readFileSync(file, 'utf8');
    return { measures: [{ name: 'compile', run: () => compiler.compile(source, { file }) }] };
  },
};
