import yargs from 'yargs';
import { hideBin } from 'yargs/helpers';
import { seededNumbers } from '../emulator/base/random.ts';
import { Books } from '../emulator/testing/random-calls/books.ts';
import { playTurn, type Turn } from '../emulator/testing/random-calls/play.ts';
import { World } from '../emulator/testing/random-calls/world.ts';
import { smallKernel } from '../emulator/testing/small-kernel.ts';

// Random system calls by one to four processes, millions of them, with the kernel's books checked after each turn.
// What goes wrong is printed with the seed that shows it again.

const options = await yargs(hideBin(process.argv))
  .scriptName('npm run soak --')
  .usage('$0 [--calls N] [--seed S] [--turns T]')
  .option('calls', { type: 'number', default: 10_000_000, describe: 'How many calls to make in all' })
  .option('seed', {
    type: 'number',
    default: 1,
    describe: 'The first sequence; each one after it has the next number',
  })
  .option('turns', { type: 'number', default: 1000, describe: 'Turns of a sequence' })
  .option('releases', { type: 'string', array: true, default: ['5.10', '6.1', '6.12', '7.3'] })
  .strict()
  .parseAsync();

function playSequence(seed: number): number {
  const next = seededNumbers(seed);
  const release = options.releases[seed % options.releases.length] ?? '6.1';
  const kernel = smallKernel({ release, symbols: ['SW_SYNC=y', 'UDMABUF=y'] });
  const books = new Books(kernel);
  const world = new World(kernel, 1 + (next() % 4));
  const number = () => next() >>> 16;
  let move: string | undefined;
  let turn = 0;
  try {
    for (; turn < options.turns; turn += 1) {
      const chosen: Turn = [number(), number(), number(), number(), number()];
      move = playTurn(world, chosen)?.name;
      books.check();
    }
    world.endAll();
    books.checkEmpty();
  } catch (error) {
    process.stderr.write(`seed ${seed}, release ${release}, turn ${turn}, after “${move}”\n`);
    throw error;
  }
  return world.callCount;
}

const started = process.hrtime.bigint();
let calls = 0;
let sequences = 0;
for (let seed = options.seed; calls < options.calls; seed += 1) {
  calls += playSequence(seed);
  sequences += 1;
  if (sequences % 500 === 0) process.stderr.write(`${calls.toLocaleString('en')} calls\n`);
}
const seconds = Number(process.hrtime.bigint() - started) / 1e9;
process.stdout.write(
  `${calls.toLocaleString('en')} calls in ${sequences.toLocaleString('en')} sequences, ${seconds.toFixed(1)} s: the books are right\n`,
);
