import { inputError } from '../../base/input-error.ts';
import { MiB, parseSize } from '../../base/units.ts';
import { bootOptionTable, readBootOptions } from '../boot-options.ts';
import { defineCommand } from '../command.ts';
import { boardCompletions } from '../completions.ts';
import { exitCodes } from '../exit-codes.ts';
import { heapDriverOption, withHeapDrivers } from '../heap-driver-option.ts';
import { loadJob, workloadNames } from '../jobs.ts';
import { readParameters } from '../workload-parameters.ts';

/** `heapboard fit`: the smallest area with which workloads pass. */
export const fitCommand = defineCommand({
  arguments: [
    {
      name: 'input',
      describe: "a board's name, a .dts or .dtb file, or - for stdin",
      complete: boardCompletions,
    },
  ],
  options: {
    workload: {
      takes: 'values',
      letter: 'w',
      placeholder: 'NAME',
      describe: 'a workload or program that must pass; several run side by side',
      complete: () => workloadNames(),
    },
    area: {
      takes: 'value',
      placeholder: 'NAME',
      describe: 'the CMA area to size, as boot names it; the default one where not given',
    },
    step: {
      takes: 'value',
      placeholder: 'SIZE',
      describe: 'sizes are multiples of it, and of what the kernel takes; 1M where not given',
    },
    max: {
      takes: 'value',
      placeholder: 'SIZE',
      describe: 'the largest size to try; all of memory where not given',
    },
    margin: {
      takes: 'value',
      placeholder: 'PERCENT',
      describe: 'how much more to recommend, such as 10%',
    },
    place: { takes: 'nothing', describe: 'also at other places than the one that the kernel chooses' },
    seeds: {
      takes: 'value',
      placeholder: 'NUMBER',
      describe: 'also with so many random orders of turns: what the worst and a typical one need',
    },
    param: {
      takes: 'values',
      placeholder: 'NAME=VALUE',
      describe: 'a value for a parameter of the workloads, such as buffers=2',
    },
    json: { takes: 'nothing', describe: 'one JSON document on stdout (docs/fit.md)' },
    'heap-driver': heapDriverOption,
    ...bootOptionTable,
  },
  examples: [
    ['heapboard fit hikey --workload h264-2160p', 'how large CMA must be for a 4K decoder'],
    ['heapboard fit hikey -w camera -w display --margin 10% --seeds 20', 'two at once, in any order'],
    ['heapboard fit rpi4 -w camera --place', 'and where it may lie'],
    [
      'heapboard fit db845c --area fastrpc --release 7.3 -w ./compute.yaml',
      "how large a device's own area must be",
    ],
    ['heapboard fit hikey -w long-running --kconfig CMA_ALIGNMENT=4', 'with another alignment of buffers'],
  ],
  async run([input = ''], options, io) {
    if (options.workload.length === 0)
      throw inputError('usage', { problem: 'fit needs --workload: what must pass' });
    const [{ loadBoot }, { fitArea }, { fitDocument }] = await Promise.all([
      import('../../whatif/boot.ts'),
      import('../../whatif/fit/fit.ts'),
      import('../../report/fit-json.ts'),
    ]);
    const question = {
      area: options.area,
      stepBytes: readSize('step', options.step) ?? MiB,
      maximumBytes: readSize('max', options.max),
      marginPercent: readMargin(options.margin),
      places: options.place,
      seeds: readSeeds(options.seeds),
      options: { parameters: await readParameters(options.param) },
    };
    const bootOptions = await withHeapDrivers(readBootOptions(options), options['heap-driver']);
    const request = await loadBoot(input, bootOptions, { stdin: io.stdin });
    const jobs = await Promise.all(options.workload.map((name) => loadJob(name)));
    const answer = await fitArea({ request, jobs, ...question });
    const names = jobs.map((job) => ('workload' in job ? job.workload.name : job.program.name));
    const document = fitDocument(answer, names);
    if (options.json) io.out((await import('../../report/json.ts')).toJson(document));
    else io.out((await import('../../report/fit-text.ts')).fitText(document, io.colours));
    return document.found ? exitCodes.answer : exitCodes.expectationFailed;
  },
});

function readSize(option: string, value: string | undefined): bigint | undefined {
  if (value === undefined) return undefined;
  const bytes = parseSize(value);
  if (bytes !== undefined && bytes > 0n) return bytes;
  throw inputError('bad-option', { option, value, expected: 'a size above 0, such as 4M' });
}

function readMargin(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const match = /^(\d+(?:\.\d+)?)%?$/.exec(value);
  if (match?.[1] !== undefined) return Number(match[1]);
  throw inputError('bad-option', { option: 'margin', value, expected: 'a percentage, such as 10%' });
}

function readSeeds(value: string | undefined): number {
  if (value === undefined) return 0;
  if (/^\d{1,4}$/.test(value)) return Number(value);
  throw inputError('bad-option', { option: 'seeds', value, expected: 'a number up to 9999' });
}
