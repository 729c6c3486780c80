import { spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../..', import.meta.url));

const bundle = join(root, 'dist/cli/main.js');

/** The bundle, which starts several times faster, as long as nothing here is newer; the sources otherwise. */
export function commandLine(): readonly string[] {
  const here = join(root, 'emulator/userland/native');
  const sources = readdirSync(here, { recursive: true, encoding: 'utf8' }).map((file) => join(here, file));
  const builtAt = statSync(bundle, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const isFresh = sources.every((file) => file.includes('test') || statSync(file).mtimeMs < builtAt);
  return isFresh ? [bundle] : ['--import', 'tsx', 'emulator/cli/main.ts'];
}

export interface ExecResult {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface ExecOptions {
  readonly user?: { readonly uid: number; readonly gid: number };
  readonly input?: string;
  /** What starts it: a program and its arguments, to which the command line is added. */
  readonly under?: readonly string[];
  /** Variables beside those of the test. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** Who else a test may be. */
export const nobody = { uid: 65534, gid: 65534 } as const;

/** Runs `heapboard exec` in a process of its own. */
export function exec(words: readonly string[], options: ExecOptions = {}): ExecResult {
  return heapboard(['exec', ...words], options);
}

/** Runs a command line in a process of its own. */
export function heapboard(words: readonly string[], options: ExecOptions = {}): ExecResult {
  const line = [...(options.under ?? []), process.execPath, ...commandLine(), ...words];
  const { status, stdout, stderr } = spawnSync(line[0] ?? '', line.slice(1), {
    cwd: root,
    env: { ...process.env, ...options.environment },
    encoding: 'utf8',
    timeout: 60_000,
    killSignal: 'SIGKILL',
    input: options.input ?? '',
    ...options.user,
  });
  return { status, stdout, stderr };
}
