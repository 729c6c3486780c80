import type { Fault } from '../userland/faults/fault.ts';
import type { Job, RunOptions } from '../userland/workload/run.ts';
import type { BootOptions } from '../whatif/boot-options.ts';
import type { CommandIo, OptionTable } from './command.ts';
import { exitCodes } from './exit-codes.ts';

const group = 'Going wrong on purpose';

/** The options of commands that make things fail. */
export const faultOptionTable = {
  fault: {
    takes: 'values',
    placeholder: 'FAULT',
    group,
    describe:
      'fail=alloc or a call with nth, times, errno, heap, process, minSize; slow=HEAP:time=5ms; vanish=HEAP:nth=9; kill=PROCESS:nth=9; busy=16M (docs/faults.md)',
  },
  'fail-each': {
    takes: 'nothing',
    group,
    describe: 'run once for each allocation, which then fails, and tell which failures were not survived',
  },
} as const satisfies OptionTable;

/** Reads `--fault`; a mistake is an InputError. */
export async function readFaults(texts: readonly string[]): Promise<readonly Fault[]> {
  if (texts.length === 0) return [];
  const { parseFault } = await import('../userland/faults/parse-fault.ts');
  return texts.map(parseFault);
}

/** What `--fail-each` runs, and on what. */
export interface FailEachRun {
  readonly input: string;
  readonly bootOptions: BootOptions;
  readonly jobs: readonly Job[];
  readonly settings: RunOptions;
  readonly json: boolean;
}

/** Runs all of it once for each allocation; exit code 1 where a failure was not survived. */
export async function failEach(run: FailEachRun, io: CommandIo): Promise<number> {
  const [{ loadBoot }, { failEachAllocation }, { failEachText }] = await Promise.all([
    import('../whatif/boot.ts'),
    import('../whatif/fail-each.ts'),
    import('../report/fail-each-text.ts'),
  ]);
  const request = await loadBoot(run.input, run.bootOptions, { stdin: io.stdin });
  const trials = await failEachAllocation(request, run.jobs, run.settings);
  const survived = trials.every((trial) => trial.survived);
  const document = { schemaVersion: 1, survived, allocations: trials };
  if (run.json) io.out((await import('../report/json.ts')).toJson(document));
  else io.out(failEachText(trials));
  return survived ? exitCodes.answer : exitCodes.expectationFailed;
}
