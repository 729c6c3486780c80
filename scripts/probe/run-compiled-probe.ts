import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { executeElf } from '../../emulator/userland/elf/execute.ts';
import type { System } from '../../emulator/whatif/system.ts';
import { workloadHost } from '../../emulator/whatif/workload-host.ts';
import { parseJson } from '../records/parse.ts';
import { type CallRecord, callRecordSchema } from '../records/record.ts';

const source = fileURLToPath(new URL('../../fixtures/kernel/probe/probe.c', import.meta.url));
const binary = fileURLToPath(new URL('../../.cache/probe/probe', import.meta.url));
const compiler = 'aarch64-linux-gnu-gcc';

/** Compiles the probe, where that was not done since its source changed; undefined without a cross compiler. */
export function compiledProbe(): Uint8Array | undefined {
  const built = statSync(binary, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (built < statSync(source).mtimeMs) {
    mkdirSync(fileURLToPath(new URL('../../.cache/probe', import.meta.url)), { recursive: true });
    const done = spawnSync(compiler, ['-O1', '-static', '-w', '-o', binary, source], {
      timeout: 60_000,
      killSignal: 'SIGKILL',
    });
    if (done.error !== undefined) return undefined;
    if (done.status !== 0) throw new Error(`${compiler} failed: ${done.stderr}`);
  }
  return readFileSync(binary);
}

/** Runs the compiled probe as process 1 of a booted system: every call and its answer, in order. */
export async function runCompiledProbe(
  system: System,
  selection: string,
  bytes: Uint8Array,
): Promise<CallRecord[]> {
  const printed: Uint8Array[] = [];
  // The recorded runs lived in an initial RAM disk whose root only root may search.
  const preparation = system.spawn({}, 'chmod');
  preparation.chmod('/', 0o700);
  preparation.exit(0);
  const outcome = await executeElf(system.running, workloadHost(system), {
    files: [{ path: '/init', mode: 0o755, bytes }],
    path: '/init',
    argv: ['/init'],
    environment: [`probe=${selection}`],
    identity: { uid: 0, gid: 0, groups: [] },
    isInit: true,
    console: {
      read: () => new Uint8Array(0),
      write: (_stream, text) => void printed.push(text.slice()),
    },
  });
  const text = Buffer.concat(printed).toString();
  if (!text.includes('@PROBE end')) throw new Error(`the probe did not end: ${JSON.stringify(outcome.end)}`);
  return text
    .split('\n')
    .filter((line) => line.startsWith('@J '))
    .map((line, index) => parseJson(callRecordSchema, line.slice(3), `line ${index + 1} of the probe`));
}
