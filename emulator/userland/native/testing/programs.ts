import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const sources = fileURLToPath(new URL('../../../../fixtures/native', import.meta.url));

/** A source of fixtures/native/. */
export function nativeSource(file: string): string {
  return join(sources, file);
}

/** Whether a command can be run at all. */
export function isInstalled(command: string): boolean {
  try {
    execFileSync(command, ['--version'], { stdio: 'ignore', timeout: 10_000, killSignal: 'SIGKILL' });
    return true;
  } catch {
    return false;
  }
}

/** Test programs, compiled into a folder that everybody may read. */
export class FixturePrograms {
  readonly folder = mkdtempSync(join(tmpdir(), 'heapboard-native-'));

  constructor() {
    chmodSync(this.folder, 0o755);
  }

  /** Compiles `NAME.c` of fixtures/native/, or another source; returns the program's path. */
  c(name: string, options: readonly string[] = [], source = join(sources, `${name}.c`)): string {
    const suffix = options.includes('-static') ? '.static' : '';
    const program = join(this.folder, `${name}${suffix}`);
    execFileSync('gcc', ['-O1', '-pthread', ...options, '-o', program, source], {
      stdio: 'pipe',
      timeout: 60_000,
      killSignal: 'SIGKILL',
    });
    return program;
  }

  rust(name: string): string {
    const program = join(this.folder, `${name}-rust`);
    const options = ['--edition', '2021', '-C', 'target-feature=+crt-static', '-o', program];
    execFileSync('rustc', [...options, join(sources, `${name}.rs`)], {
      stdio: 'pipe',
      timeout: 60_000,
      killSignal: 'SIGKILL',
    });
    return program;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
