// Reads damaged blobs by the hundred thousand: none may crash, loop or take a second.
//
//   npm run fuzz:fdt -- [--runs N] [--seed N]
import yargs from 'yargs';
import { hideBin } from 'yargs/helpers';
import { readDamaged } from './blobs/read-damaged.ts';
import { realBlobs, subjectsOfDamage } from './blobs/subjects.ts';

const { runs, seed } = await yargs(hideBin(process.argv))
  .scriptName('npm run fuzz:fdt --')
  .option('runs', { type: 'number', default: 100_000, describe: 'How many damaged blobs' })
  .option('seed', { type: 'number', default: 1, describe: 'Which damages' })
  .strict()
  .parseAsync();

const longestMs = 1000;

if (realBlobs().length === 0) console.log('fuzz-fdt: skipped: real blobs, which scripts/fetch-blobs brings');
const blobs = await subjectsOfDamage(40);
const started = performance.now();
const tally = readDamaged(blobs, { runs, seed, clockMs: () => performance.now() });
const seconds = ((performance.now() - started) / 1000).toFixed(1);
console.log(
  `fuzz-fdt: ${runs} damages of ${blobs.length} blobs, seed ${seed}: ${tally.accepted} read, ` +
    `${tally.refused} refused, the slowest in ${tally.slowestMs.toFixed(1)} ms, ${seconds} s in all`,
);
if (tally.slowestMs > longestMs) {
  console.error(`fuzz-fdt: one blob took longer than ${longestMs} ms`);
  process.exitCode = 1;
}
