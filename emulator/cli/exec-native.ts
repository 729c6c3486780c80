import { inputError } from '../base/input-error.ts';
import type { NativeDocument } from '../report/native-json.ts';
import type { CallListener } from '../userland/native/call-log.ts';
import type { Identity } from '../userland/workload/host.ts';
import type { System } from '../whatif/system.ts';
import type { CommandIo, OptionTable, OptionValues } from './command.ts';
import { type faultOptionTable, readFaults } from './fault-options.ts';
import { writeOutput } from './output-file.ts';
import { traceHeader, type watchOptionTable } from './watch-options.ts';

const group = 'Programs of this machine (--native):';

/** What holds for programs of the host only. */
export const nativeOptionTable = {
  backend: {
    takes: 'value',
    placeholder: 'FORM',
    group,
    describe: 'how its calls are caught: notify (seccomp) or ptrace; notify where the host can do it',
    complete: async () => ['notify', 'ptrace'],
  },
  'dump-buffers': {
    takes: 'value',
    placeholder: 'FOLDER',
    group,
    describe: 'write the bytes of all buffers there when the program exits, and at each SIGUSR1',
  },
} as const satisfies OptionTable;

type NativeOptions = OptionValues<
  typeof nativeOptionTable & typeof watchOptionTable & Pick<typeof faultOptionTable, 'fault'>
> & {
  readonly json: boolean;
};

/** Runs a program of the host on a booted system: the document of the run. */
export async function runNativeProgram(
  system: System,
  command: readonly string[],
  identity: Identity,
  options: NativeOptions,
  io: CommandIo,
): Promise<NativeDocument> {
  const backend = readBackend(options.backend);
  const [{ workloadHost }, { runNative }, { nativeDocument }, { findProgram }, watch] = await Promise.all([
    import('../whatif/workload-host.ts'),
    import('../userland/native/supervisor.ts'),
    import('../report/native-json.ts'),
    import('../userland/native/find-program.ts'),
    watchNativeCalls(system, options, io),
  ]);
  const faults = await readFaults(options.fault);
  findProgram(command[0] ?? '', process.env.PATH ?? '');
  const injector = faults.length === 0 ? undefined : system.injectFaults(faults);
  const outcome = await runNative(system.running, workloadHost(system), {
    command,
    identity,
    backend,
    environment: process.env,
    stdoutToStderr: options.json,
    onCall: watch?.onCall,
    faults: injector && { enter: system.calls, account: () => injector.account() },
    dumpFolder: options['dump-buffers'],
  });
  await watch?.end();
  return nativeDocument(system.summary(), outcome);
}

/** Writes calls down as they come, each with the virtual and the real time that it took. */
async function watchNativeCalls(
  system: System,
  { strace, 'strace-file': straceFile, record }: NativeOptions,
  io: CommandIo,
): Promise<{ readonly onCall: CallListener; end(): Promise<void> } | undefined> {
  if (!strace && straceFile === undefined && record === undefined) return undefined;
  const [{ StraceText }, { formatTrace }] = await Promise.all([
    import('../userland/trace/strace-text.ts'),
    import('../userland/trace/event.ts'),
  ]);
  const text = new StraceText();
  const lines: string[] = [];
  const events: Parameters<CallListener>[0][] = [];
  return {
    onCall: (event, times) => {
      if (record !== undefined) events.push(event);
      if (!strace && straceFile === undefined) return;
      const line = text.line(event);
      if (line === undefined) return;
      const took =
        times === undefined
          ? ''
          : ` <virtual ${seconds(times.virtualNanoseconds)} real ${seconds(times.realNanoseconds)}>`;
      if (strace) io.err(`${line}${took}\n`);
      if (straceFile !== undefined) lines.push(`${line}${took}\n`);
    },
    end: async () => {
      if (straceFile !== undefined) await writeOutput(straceFile, lines.join(''));
      if (record !== undefined)
        await writeOutput(record, formatTrace({ header: traceHeader(system), events }));
    },
  };
}

const seconds = (nanoseconds: bigint) => (Number(nanoseconds) / 1e9).toFixed(6);

function readBackend(value: string | undefined): 'notify' | 'ptrace' | undefined {
  if (value === undefined || value === 'notify' || value === 'ptrace') return value;
  throw inputError('bad-option', { option: 'backend', value, expected: 'notify or ptrace' });
}
