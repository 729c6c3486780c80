import { inputError } from '../../base/input-error.ts';
import { bootOptionTable, readBootOptions } from '../boot-options.ts';
import { defineCommand } from '../command.ts';
import { boardCompletions } from '../completions.ts';
import { exitCodes } from '../exit-codes.ts';
import { failEach, faultOptionTable, readFaults } from '../fault-options.ts';
import { heapDriverOption, withHeapDrivers } from '../heap-driver-option.ts';
import { loadJob, workloadNames } from '../jobs.ts';
import { reportOptionTable, requestReports } from '../report-options.ts';
import { requestPicture, svgOptionTable } from '../svg-option.ts';
import { watchCalls, watchOptionTable } from '../watch-options.ts';
import { readParameters } from '../workload-parameters.ts';

/** `heapboard run`: workloads and programs on a booted board, side by side. */
export const runCommand = defineCommand({
  arguments: [
    {
      name: 'input',
      describe: "a board's name, a .dts or .dtb file, or - for stdin",
      complete: boardCompletions,
    },
    {
      name: 'workload',
      describe: "a workload's name, a YAML file, or a program (.mjs, .ts) with a default export",
      many: true,
      complete: () => workloadNames(),
    },
  ],
  options: {
    json: { takes: 'nothing', describe: 'one JSON document on stdout (docs/workloads.md)' },
    'fail-on-leak': {
      takes: 'nothing',
      describe: 'exit code 1 where a buffer was left to vanish with its process',
    },
    'fail-on-finding': {
      takes: 'nothing',
      describe: 'exit code 1 where something was found, such as a read without SYNC (--coherency none)',
    },
    param: {
      takes: 'values',
      placeholder: 'NAME=VALUE',
      describe: 'a value for a parameter of the workloads, such as buffers=2',
    },
    schedule: {
      takes: 'value',
      placeholder: 'ORDER',
      describe: 'how processes take turns: round-robin, or random by --seed; round-robin where not given',
      complete: async () => ['round-robin', 'random'],
    },
    ...faultOptionTable,
    ...watchOptionTable,
    ...reportOptionTable,
    ...svgOptionTable,
    'heap-driver': heapDriverOption,
    ...bootOptionTable,
  },
  examples: [
    ['heapboard run hikey gralloc', 'an Android graphics allocator on a HiKey'],
    [
      'heapboard run hikey960 gralloc --kconfig CMA_SIZE_MBYTES=128',
      'the same on a HiKey960 with a larger area',
    ],
    ['heapboard run hikey gralloc ./camera.yaml ./prog.ts', 'three side by side'],
    ['heapboard run hikey gralloc --param buffers=2 --json', 'double buffering, for programs'],
    [
      'heapboard run hikey gralloc --fault fail=alloc:nth=3:heap=system',
      'with the third allocation from the system heap failing',
    ],
    ['heapboard run hikey ./prog.ts --fail-each', 'once for each allocation, which then fails'],
    ['heapboard run hikey gralloc --strace', 'with each system call on stderr'],
    ['heapboard run hikey gralloc --record trace.jsonl', 'and a record for `heapboard replay`'],
  ],
  async run([input = '', ...names], options, io) {
    const bootOptions = await withHeapDrivers(readBootOptions(options), options['heap-driver']);
    const [{ boot }, { workloadHost }, { runJobs }, { runDocument }] = await Promise.all([
      import('../../whatif/boot.ts'),
      import('../../whatif/workload-host.ts'),
      import('../../userland/workload/run.ts'),
      import('../../report/run-json.ts'),
    ]);
    const settings = {
      ...(await readRunOptions(options.param, options.schedule, bootOptions.seed)),
      faults: await readFaults(options.fault),
    };
    const reports = await requestReports(options.report, io);
    const writePicture = await requestPicture(options.svg);
    const jobs = await Promise.all(names.map((name) => loadJob(name)));
    if (options['fail-each']) return failEach({ input, bootOptions, jobs, settings, json: options.json }, io);
    const system = await boot(input, bootOptions, { stdin: io.stdin });
    const wantsPictures = options.svg !== undefined || options.report.length > 0;
    const followed = wantsPictures
      ? (await import('../../whatif/area-timeline.ts')).followAreas(system.running)
      : undefined;
    const endWatch = await watchCalls(system, options, io);
    const outcome = await withoutStdout(options.json, () => runJobs(jobs, workloadHost(system), settings));
    await endWatch();
    const unknownHeap = outcome.failures.find((failure) => failure.isUnknownHeap);
    if (unknownHeap !== undefined) {
      const { position, why, problem } = unknownHeap;
      throw inputError('heap-unknown', { problem: why[0] ?? problem }, { position });
    }
    const document = runDocument(system.summary(), outcome);
    if (options.json) io.out((await import('../../report/json.ts')).toJson(document));
    else if (!reports.takesStdout)
      io.out((await import('../../report/run-text.ts')).runText(document, io.colours));
    if (followed !== undefined) {
      const names = new Map(outcome.processes.map(({ pid, name }) => [pid, name]));
      const timelines = followed.finish(names);
      const { busiestTimeline, runReport } = await import('../../report/run-report.ts');
      const { bootPicture } = await import('../../report/boot-picture.ts');
      const map = bootPicture(system.summary(), system.environment.handoff);
      await reports.write(runReport(document, { map, timelines }));
      await writePicture(() => busiestTimeline(timelines)?.svg ?? map.svg);
    }
    const leaked = options['fail-on-leak'] && outcome.leaks.length > 0;
    const found = options['fail-on-finding'] && outcome.findings.length > 0;
    return document.passed && !leaked && !found ? exitCodes.answer : exitCodes.expectationFailed;
  },
});

async function readRunOptions(params: readonly string[], schedule: string | undefined, seed = 0) {
  const { roundRobin, shuffled } = await import('../../userland/workload/schedule.ts');
  if (schedule !== undefined && schedule !== 'round-robin' && schedule !== 'random') {
    const expected = 'round-robin or random';
    throw inputError('bad-option', { option: 'schedule', value: schedule, expected });
  }
  const parameters = await readParameters(params);
  return { parameters, order: schedule === 'random' ? shuffled(seed) : roundRobin };
}

/** Programs may print; where stdout is to hold one document, what they print goes to stderr. */
async function withoutStdout<Result>(divert: boolean, work: () => Promise<Result>): Promise<Result> {
  if (!divert) return work();
  const { log, info, debug } = console;
  Object.assign(console, { log: console.error, info: console.error, debug: console.error });
  try {
    return await work();
  } finally {
    Object.assign(console, { log, info, debug });
  }
}
