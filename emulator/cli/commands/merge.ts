import { inputError } from '../../base/input-error.ts';
import { defineCommand } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';

/** `heapboard merge`: the shards of a sweep, put together. */
export const mergeCommand = defineCommand({
  arguments: [{ name: 'file', describe: 'the result of a shard', many: true }],
  options: {
    out: {
      takes: 'value',
      letter: 'o',
      placeholder: 'FILE',
      describe: 'where the whole goes; stdout where not given',
    },
    partial: { takes: 'nothing', describe: 'take it that points are missing' },
  },
  examples: [
    ['heapboard merge part*.jsonl --out all.jsonl', 'the same bytes as the sweep run in one go'],
    ['heapboard merge part1.jsonl part3.jsonl --partial', 'what there is of a sweep that is not complete'],
  ],
  async run(files, { out, partial }, io) {
    const { readResultFile, refuseUnwritable, writeResultFile } = await import('../sweep/result-file.ts');
    if (out !== undefined) refuseUnwritable(out);
    const [first, ...others] = files.map((file) => readResultFile(file));
    if (first === undefined)
      throw inputError('usage', { problem: 'merge needs the results of at least one shard' });
    const whole = new Map(first.lines);
    for (const { file, header, lines } of others) {
      if (JSON.stringify(header) !== JSON.stringify(first.header))
        throw inputError('sweep-results', { problem: `${file} is of another sweep than ${first.file}` });
      for (const [point, line] of lines) {
        if ((whole.get(point) ?? line) !== line)
          throw inputError('sweep-results', {
            problem: `${file}: point ${point} has another result than before`,
          });
        whole.set(point, line);
      }
    }
    const missing = first.header.points - whole.size;
    if (missing > 0 && !partial)
      throw inputError('sweep-results', {
        problem: `${missing} of ${first.header.points} points are missing; --partial takes what there is`,
      });
    const sorted = [...whole].sort(([a], [b]) => a - b).map(([, line]) => line);
    if (out !== undefined) writeResultFile(out, first.header, sorted);
    else io.out(`${[JSON.stringify(first.header), ...sorted].join('\n')}\n`);
    return exitCodes.answer;
  },
});
