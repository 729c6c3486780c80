import { fileURLToPath } from 'node:url';
import yargs from 'yargs';
import { hideBin } from 'yargs/helpers';
import { replayBoots } from './conformance/boots/replay-boots.ts';
import { replayCalls } from './conformance/calls/replay-calls.ts';
import { ExpectedDifferences } from './conformance/differences.ts';
import { printTally } from './conformance/print.ts';
import { openRecords, ownRecordsFolder, withFallback } from './records/read.ts';

// Replays what real kernels did and compares. Exit code 1 where something differs that is not listed,
// or where something is listed that does not differ.

const options = await yargs(hideBin(process.argv))
  .scriptName('npm run conformance --')
  .usage('$0 [boots|syscalls] [--records DIR] [--kernel K] [--only NAME]')
  .command('$0 [part]', 'Replays the records of real kernels', (command) =>
    command.positional('part', {
      choices: ['boots', 'syscalls'] as const,
      describe: 'Which half; both where it is left out',
    }),
  )
  .option('records', { type: 'string', default: ownRecordsFolder, describe: 'Folder of records' })
  .option('kernel', { type: 'string', array: true, describe: 'Only this kernel; repeatable' })
  .option('only', {
    type: 'string',
    describe: 'Only records whose name contains this, or matches it as /pattern/',
  })
  .option('driver', {
    choices: ['table', 'compiled'] as const,
    default: 'table' as const,
    describe: 'Calls: a program over the table, or the compiled probe on the emulated processor',
  })
  .option('verbose', { type: 'boolean', default: false, describe: 'Every difference, also the listed ones' })
  .option('differences', {
    type: 'string',
    default: fileURLToPath(new URL('../fixtures/kernel/differences.yaml', import.meta.url)),
    describe: 'The list of expected differences',
  })
  .strict()
  .parseAsync();

const own = openRecords(ownRecordsFolder);
const records = withFallback(openRecords(options.records), own);
const expected = ExpectedDifferences.read(options.differences);
const pattern = options.only === undefined ? undefined : namePattern(options.only);
const isWanted = (name: string) => pattern === undefined || pattern.test(name);

const parts = { boots: replayBoots, syscalls: replayCalls };
let unlisted = 0;
let unmet = 0;
for (const [part, replay] of Object.entries(parts)) {
  if (options.part !== undefined && options.part !== part) continue;
  const replayed = new Set<string>();
  for (const kernel of records.kernels) {
    if (options.kernel !== undefined && !options.kernel.includes(kernel)) continue;
    const tally = await replay(records, kernel, { isWanted, expected, replayed, driver: options.driver });
    if (tally.replayed + tally.skipped.size === 0) continue;
    process.stdout.write(`${printTally(tally, options)}\n`);
    unlisted += tally.differences.filter((difference) => !difference.listed).length;
  }
  for (const line of expected.unmet(part, replayed)) {
    process.stdout.write(`listed, but does not differ: ${line}\n`);
    unmet += 1;
  }
}
process.exitCode = unlisted > 0 || unmet > 0 ? 1 : 0;

function namePattern(only: string): RegExp {
  const written = /^\/(.*)\/$/.exec(only)?.[1];
  return new RegExp(written ?? only.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
}
