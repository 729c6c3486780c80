import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type CompileOptions, type CompileResult, DtcError, readDiagnostics } from 'dtc-parser';
import type { SourceCompiler } from './source-compiler.ts';

/** The `dtc` and `fdtoverlay` on PATH, for where the ones of WebAssembly have not been built; undefined without. */
export function findNativeCompiler(): SourceCompiler | undefined {
  if (spawnSync('dtc', ['--version']).error !== undefined) return undefined;
  return { compile, applyOverlays };
}

async function compile(source: string | Uint8Array, options: CompileOptions): Promise<CompileResult> {
  // The source goes through a pipe, where it has no name and no folder: both are given back.
  const text = typeof source === 'string' ? source : new TextDecoder().decode(source);
  const input = `# 1 ${JSON.stringify(options.file)}\n${text}`;
  const folders = [dirname(options.file), ...(options.includePaths ?? [])].flatMap((folder) => [
    '-i',
    folder,
  ]);
  const symbols = options.symbols === true ? ['-@'] : [];
  const args = ['-I', 'dts', '-b', '0', ...symbols, ...folders];
  const { stdout, stderr } = run('dtc', [...args, '-O', 'dtb', '-'], input);
  const annotate = () => {
    const annotated = run('dtc', [...args, '-q', '-T', '-T', '-O', 'dts', '-'], input);
    return new TextDecoder().decode(annotated.stdout);
  };
  return { dtb: stdout, warnings: readDiagnostics(stderr), annotate };
}

async function applyOverlays(base: Uint8Array, overlays: readonly Uint8Array[]): Promise<Uint8Array> {
  if (overlays.length === 0) return base;
  const folder = mkdtempSync(join(tmpdir(), 'heapboard-'));
  try {
    const names = [base, ...overlays].map((bytes, index) => {
      const name = join(folder, `${index}.dtb`);
      writeFileSync(name, bytes);
      return name;
    });
    const [input = '', ...rest] = names;
    const output = join(folder, 'out.dtb');
    run('fdtoverlay', ['-i', input, '-o', output, ...rest], '');
    return readFileSync(output);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function run(
  program: string,
  args: readonly string[],
  input: string,
): { stdout: Uint8Array; stderr: string } {
  const { error, status, stdout, stderr } = spawnSync(program, args, { input, maxBuffer: 1 << 28 });
  if (error !== undefined) throw new DtcError([], `${program} cannot be run: ${error.message}`);
  const said = stderr.toString();
  if (status !== 0) throw new DtcError(readDiagnostics(said), `${program} failed with exit code ${status}`);
  return { stdout, stderr: said };
}
