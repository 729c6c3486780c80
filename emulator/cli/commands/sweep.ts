import { inputError } from '../../base/input-error.ts';
import type { OptionValues } from '../command.ts';
import { defineCommand } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { readText } from '../read-text.ts';
import { reportOptionTable, requestReports } from '../report-options.ts';
import { requestPicture, svgOptionTable } from '../svg-option.ts';
import type { Shard } from '../sweep/run-sweep.ts';

const defaultMost = 1_000_000;

const options = {
  json: { takes: 'nothing', describe: 'the summary as one JSON document on stdout (docs/sweep.md)' },
  out: {
    takes: 'value',
    letter: 'o',
    placeholder: 'FILE',
    describe: 'where the results go, one JSON line a point, sorted; FILE.journal while it runs',
  },
  resume: { takes: 'nothing', describe: 'go on where a sweep to the same file was stopped' },
  shard: {
    takes: 'value',
    placeholder: 'I/N',
    describe: "run this share only; 'heapboard merge' puts them together",
  },
  cache: {
    takes: 'value',
    placeholder: 'FILE',
    describe: 'results to take from earlier sweeps, and to leave for later ones',
  },
  jobs: {
    takes: 'value',
    placeholder: 'NUMBER',
    describe: 'how many at once; as many as processors where not given',
  },
  'max-points': {
    takes: 'value',
    placeholder: 'NUMBER',
    describe: `how many points a sweep may have; ${defaultMost.toLocaleString('en')} where not given`,
  },
  ...reportOptionTable,
  ...svgOptionTable,
  'expect-passed': { takes: 'nothing', describe: 'exit code 1 where a point did not pass' },
} as const;

/** `heapboard sweep`: a grid of boots, on all processors. */
export const sweepCommand = defineCommand({
  arguments: [{ name: 'spec', describe: 'a YAML file: what is common, and a grid or a list of what varies' }],
  options,
  examples: [
    ['heapboard sweep sizes.yaml --report html=sizes.html --svg sizes.svg', 'a page, and a heat map'],
    ['heapboard sweep sizes.yaml', 'all points, and a table of which passed'],
    ['heapboard sweep sizes.yaml --out sizes.jsonl --resume', 'go on with one that was stopped'],
    [
      'heapboard sweep sizes.yaml --shard 2/8 --out part2.jsonl',
      'an eighth of it, for one of eight machines',
    ],
  ],
  async run([file = ''], values, io) {
    const most = readCount('max-points', values['max-points']) ?? defaultMost;
    const shard = readShard(values.shard);
    const jobs = readCount('jobs', values.jobs);
    if (values.resume && values.out === undefined)
      throw inputError('usage', { problem: '--resume needs --out, the file whose journal is gone on with' });
    const text = await readText(file, 'a sweep');
    const reports = await requestReports(values.report, io);
    const writePicture = await requestPicture(values.svg);
    const { sweepTo } = await import('../sweep/sweep-to.ts');
    const settings = { ...outputsOf(values), most, shard, jobs };
    const tell = (line: string) => io.err(`heapboard: ${line}\n`);
    const outcome = await sweepTo({ text, file }, settings, tell, async (summary, records) => {
      if (values.report.length > 0)
        await reports.write((await import('../../report/sweep-report.ts')).sweepReport(summary, records));
      if (values.svg === undefined) return;
      const { sweepPicture } = await import('../../report/sweep-picture.ts');
      await writePicture(() => sweepPicture(summary.sweep, summary.pivot).svg);
    });
    if (outcome.stopped) return exitCodes.interrupted;
    const { summary } = outcome;
    if (values.json) io.out((await import('../../report/json.ts')).toJson(summary));
    else if (!reports.takesStdout)
      io.out((await import('../../report/sweep-text.ts')).sweepText(summary, io.colours));
    const isMissed = values['expect-passed'] && summary.passed < summary.points;
    return isMissed ? exitCodes.expectationFailed : exitCodes.answer;
  },
});

function outputsOf(values: OptionValues<typeof options>) {
  return { out: values.out, resume: values.resume, cache: values.cache };
}

function readCount(option: string, value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const count = Number(value);
  if (/^\d+$/.test(value) && Number.isSafeInteger(count) && count > 0) return count;
  throw inputError('bad-option', { option, value, expected: 'a whole number above 0' });
}

function readShard(value: string | undefined): Shard {
  if (value === undefined) return { number: 1, of: 1 };
  const [, number, of] = /^(\d+)\/(\d+)$/.exec(value) ?? [];
  const shard = { number: Number(number), of: Number(of) };
  if (number !== undefined && shard.number >= 1 && shard.number <= shard.of) return shard;
  throw inputError('bad-option', { option: 'shard', value, expected: 'I/N with I from 1 to N, such as 2/8' });
}
