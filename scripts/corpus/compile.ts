import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { HeaderCache } from '../../emulator/devicetree/preprocess/include-search.ts';
import { preprocess } from '../../emulator/devicetree/preprocess/preprocess.ts';
import type { SourceCompiler } from '../../emulator/devicetree/source-compiler.ts';

const run = promisify(execFile);
const prefixes = 'scripts/dtc/include-prefixes';
const limits = { maxBuffer: 256 << 20, timeout: 60_000, killSignal: 'SIGKILL' } as const;

/** Reads files below a folder; paths stay relative, so that both compilers name the same files. */
function readBelow(sources: string, path: string): Uint8Array | undefined {
  try {
    return readFileSync(`${sources}/${path}`);
  } catch {
    return undefined;
  }
}

/** Compiles boards with our preprocessor and dtc-parser; headers are read once. */
export class OurCompiler {
  readonly #sources: string;
  readonly #compiler: SourceCompiler;
  readonly #cache: HeaderCache;

  constructor(sources: string, compiler: SourceCompiler) {
    this.#sources = sources;
    this.#compiler = compiler;
    const decoder = new TextDecoder();
    this.#cache = new HeaderCache((path) => {
      const bytes = readBelow(sources, path);
      return bytes === undefined ? undefined : decoder.decode(bytes);
    });
  }

  async compile(board: string): Promise<Uint8Array> {
    const text = readFileSync(`${this.#sources}/${board}`, 'utf8');
    const source = preprocess({ file: board, text, includePaths: [prefixes], cache: this.#cache });
    const files = (path: string) => readBelow(this.#sources, path);
    return (await this.#compiler.compile(source, { file: board, files, includePaths: [prefixes] })).dtb;
  }
}

/** Compiles a board as the kernel's build does: `gcc -E … | dtc`. */
export async function compileNatively(sources: string, board: string): Promise<Uint8Array> {
  const cpp = ['-E', '-nostdinc', '-I', prefixes, '-undef', '-D__DTS__', '-x', 'assembler-with-cpp', board];
  const { stdout: source } = await run('gcc', cpp, {
    cwd: sources,
    encoding: 'buffer',
    ...limits,
  });
  const dtc = ['-I', 'dts', '-O', 'dtb', '-q', '-b', '0', '-i', dirname(board), '-i', prefixes, '-'];
  const compiling = run('dtc', dtc, { cwd: sources, encoding: 'buffer', ...limits });
  compiling.child.stdin?.end(source);
  return (await compiling).stdout;
}
