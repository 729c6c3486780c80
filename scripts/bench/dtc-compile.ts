import { execFileSync, spawnSync } from 'node:child_process';
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
    const own = { name: 'compile', run: () => compiler.compile(source, { file }) };
    if (spawnSync('dtc', ['--version'], { timeout: 10_000, killSignal: 'SIGKILL' }).status !== 0)
      return { measures: [own] };
    const peer = 'dtc of the system, as a process';
    const run = () =>
      execFileSync('dtc', ['-q', '-O', 'dtb', '-o', '/dev/null', file], {
        stdio: 'ignore',
        timeout: 60_000,
        killSignal: 'SIGKILL',
      });
    return {
      measures: [
        { ...own, against: peer },
        { name: peer, run },
      ],
    };
  },
};
