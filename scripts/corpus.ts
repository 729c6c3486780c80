// Compiles every board of Debian's kernel sources with our preprocessor and dtc-parser, and compares the blobs, byte by
// byte, with those of `gcc -E | dtc`. Needs the packages linux-source-6.1, gcc and device-tree-compiler.
//
//   npm run corpus [-- ARCHITECTURE…] [--only TEXT]
import { execFileSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { findNodeCompiler } from '../emulator/devicetree/node.ts';
import type { SourceCompiler } from '../emulator/devicetree/source-compiler.ts';
import { compileNatively, OurCompiler } from './corpus/compile.ts';
import { type Architecture, architectures, boardsOf, kernelSources } from './corpus/kernel-sources.ts';

function available(command: string): boolean {
  try {
    execFileSync(command, ['--version'], { stdio: 'ignore', timeout: 10_000, killSignal: 'SIGKILL' });
    return true;
  } catch {
    return false;
  }
}

async function compareArchitecture(
  sources: string,
  compiler: SourceCompiler,
  architecture: Architecture,
  only: string,
): Promise<number> {
  const ours = new OurCompiler(sources, compiler);
  const boards = boardsOf(sources, architecture).filter((board) => board.includes(only));
  let milliseconds = 0;
  let differing = 0;
  for (const board of boards) {
    const reference = compileNatively(sources, board);
    const began = performance.now();
    const blob = await ours.compile(board).catch((error: unknown) => String(error));
    milliseconds += performance.now() - began;
    const expected = await reference;
    if (typeof blob === 'string' || Buffer.compare(blob, expected) !== 0) {
      differing += 1;
      console.log(`${board}: ${typeof blob === 'string' ? blob : 'the blobs differ'}`);
    }
  }
  const seconds = (milliseconds / 1000).toFixed(1);
  console.log(
    `${architecture}: ${boards.length} boards, ${boards.length - differing} identical, ${differing} not; ours took ${seconds} s`,
  );
  return differing;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { only: { type: 'string', default: '' } },
});
const wanted = architectures.filter((name) => positionals.length === 0 || positionals.includes(name));
const sources = kernelSources();
const compiler = await findNodeCompiler();
const missing = ['gcc', 'dtc'].filter((command) => !available(command));
if (sources === undefined || compiler === undefined || missing.length > 0) {
  const needs = sources === undefined ? ['linux-source-6.1', ...missing] : missing;
  console.log(
    `corpus: skipped: ${needs.length > 0 ? `needs ${needs.join(', ')}` : 'dtc-parser is not built'}`,
  );
} else {
  let differing = 0;
  for (const architecture of wanted)
    differing += await compareArchitecture(sources, compiler, architecture, values.only);
  process.exitCode = differing === 0 ? 0 : 1;
}
