import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import yargs from 'yargs';
import { hideBin } from 'yargs/helpers';
import { writeCompactFolder } from './records/compact/write.ts';
import { namesIn, textOf } from './records/parse.ts';
import { openRawFolder } from './records/raw-folder.ts';
import { ownRecordsFolder } from './records/read.ts';

// Brings a folder of records of real kernels into fixtures/kernel, in the compact form.

const options = await yargs(hideBin(process.argv))
  .scriptName('npm run import-records --')
  .usage('$0 --from DIR')
  .option('from', { type: 'string', demandOption: true, describe: 'Folder of records, as recorded' })
  .option('to', { type: 'string', default: ownRecordsFolder, describe: 'Where to write the compact form' })
  .strict()
  .parseAsync();

const records = openRawFolder(options.from);
writeCompactFolder(options.to, records, namesIn(join(options.from, 'kernels'), '.config'));
const alongside = [
  'selftest.json',
  ...namesIn(join(options.from, 'probe')).map((name) => join('probe', name)),
];
mkdirSync(join(options.to, 'probe'), { recursive: true });
for (const file of alongside) {
  const text = textOf(options.from, file);
  if (text !== undefined) writeFileSync(join(options.to, file), text);
}
const boots = records.kernels.reduce((sum, kernel) => sum + records.boots(kernel).length, 0);
const calls = records.kernels.reduce((sum, kernel) => sum + records.callNames(kernel).length, 0);
process.stdout.write(`${boots} boots and the calls of ${calls} of them, for ${records.kernels.join(', ')}\n`);
