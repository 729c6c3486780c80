import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findCompiler } from 'dtc-parser/node';
import type { Subject } from './subject.ts';

const inProject = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** Runs Node with these arguments to its end. */
function node(...args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, {
      stdio: ['ignore', 'ignore', 'inherit'],
      timeout: 60_000,
      killSignal: 'SIGKILL',
    });
    child.on('error', reject);
    child.on('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(`node ${args.join(' ')} exited with ${code}`)),
    );
  });
}

/** What a command costs from start to end, against a Node that does nothing. */
export const wholeProcess: Subject = {
  name: 'whole process',
  timeMs: 3000,
  async prepare() {
    const command = inProject('dist/cli/main.js');
    if (!existsSync(command)) throw new Error('the project has not been built; run npm run build');
    const compiler = findCompiler();
    if (compiler === undefined)
      throw new Error('the devicetree compiler has not been built; run scripts/setup');
    const source = inProject('dts/hikey/hikey.dts');
    const folder = mkdtempSync(join(tmpdir(), 'heapboard-bench-'));
    const blob = join(folder, 'hikey.dtb');
    // Not the board's own text: that was compiled when the package was built.
    const changed = join(folder, 'changed.dts');
    writeFileSync(changed, `${readFileSync(source, 'utf8')}// changed\n`);
    writeFileSync(blob, (await compiler.compile(readFileSync(source, 'utf8'), { file: source })).dtb);
    return {
      measures: [
        { name: 'node -e 0', run: () => node('-e', '0') },
        { name: 'heapboard --version', run: () => node(command, '--version'), against: 'node -e 0' },
        {
          name: 'boot of a .dtb',
          run: () => node(command, 'boot', blob),
        },
        { name: 'boot of a .dts', run: () => node(command, 'boot', changed) },
        {
          name: 'boot of a board by its name',
          run: () => node(command, 'boot', 'hikey'),
          against: 'node -e 0',
        },
      ],
      end: () => rmSync(folder, { recursive: true }),
    };
  },
};
