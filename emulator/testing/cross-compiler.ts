import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const compiler = 'aarch64-linux-gnu-gcc';

/** Whether programs for AArch64 can be compiled here. */
export function hasCrossCompiler(): boolean {
  return spawnSync(compiler, ['--version'], { timeout: 10_000, killSignal: 'SIGKILL' }).status === 0;
}

/** Compiles a C file to an AArch64 program and returns its bytes. */
export function compileForAarch64(source: string, options: readonly string[] = ['-static']): Uint8Array {
  const folder = mkdtempSync(join(tmpdir(), 'aarch64-'));
  try {
    const program = join(folder, 'program');
    const done = spawnSync(compiler, ['-O2', '-w', ...options, '-o', program, source, '-lpthread'], {
      timeout: 60_000,
      killSignal: 'SIGKILL',
    });
    if (done.status !== 0) throw new Error(`${source} cannot be compiled: ${done.stderr}`);
    return new Uint8Array(readFileSync(program));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
