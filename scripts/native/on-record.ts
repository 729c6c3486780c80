import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { NativeOutcome } from '../../emulator/userland/native/outcome.ts';
import { runNative } from '../../emulator/userland/native/supervisor.ts';
import type { FixturePrograms } from '../../emulator/userland/native/testing/programs.ts';
import { workloadHost } from '../../emulator/whatif/workload-host.ts';
import { bootAsRecorded } from '../conformance/boots/emulate-boot.ts';
import { openRecords, ownRecordsFolder } from '../records/read.ts';

/** A native run on a machine of the records, and what the program printed. */
export interface RecordedRun {
  readonly outcome: NativeOutcome;
  readonly output: string;
}

const records = openRecords(ownRecordsFolder);

/** Runs a program on the machine that a kernel was recorded on. */
export async function runOnRecord(
  programs: FixturePrograms,
  options: {
    readonly kernel: string;
    readonly record: string;
    readonly program: string;
    readonly backend: 'notify' | 'ptrace';
    readonly environment?: Readonly<Record<string, string>>;
  },
): Promise<RecordedRun> {
  const boot = records.boot(options.kernel, options.record);
  if (boot === undefined) throw new Error(`${options.kernel} has no record ${options.record}`);
  const system = await bootAsRecorded(boot, records);
  const output = join(programs.folder, 'output');
  const outcome = await runNative(system.running, workloadHost(system), {
    command: ['sh', '-c', `exec ${options.program} > ${output}`],
    identity: { uid: 0, gid: 0, groups: [] },
    backend: options.backend,
    environment: { ...process.env, ...options.environment },
    stdoutToStderr: false,
  });
  return { outcome, output: readFileSync(output, 'utf8') };
}
