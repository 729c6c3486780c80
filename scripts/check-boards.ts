// Checks every board in dts/ on several releases and, where scripts/fetch-blobs has run, every blob of the
// distribution: no exception may come, and each rule's findings are counted, since false alarms are worse than silence.
//
//   npm run check-boards [-- --show ID]
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { readFdt } from '../emulator/devicetree/fdt.ts';
import { boardNames } from '../emulator/machine/boards.ts';
import { memoryBanks } from '../emulator/machine/memory-nodes.ts';
import { loadBoot } from '../emulator/whatif/boot.ts';
import { type CheckDocument, check } from '../emulator/whatif/check/check.ts';
import { likelyBank } from './blobs/likely-bank.ts';
import { realBlobFile, realBlobs } from './blobs/subjects.ts';

const releases = ['5.10', '6.1', '6.12', '7.3'];
const { values } = parseArgs({ options: { show: { type: 'string' } } });

const counts = new Map<string, number>();
const times: number[] = [];
let thrown = 0;

/** Checks one tree, counts what was found, and shows what was asked for. */
async function checkOne(title: string, load: () => Promise<CheckDocument>): Promise<void> {
  const began = performance.now();
  try {
    const { findings } = await load();
    times.push(performance.now() - began);
    for (const { id, severity, message, remedy } of findings) {
      const key = `${severity} ${id}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
      const options = remedy?.options.map((words) => words.join(' ')).join(' ') ?? 'none';
      if (id === values.show || values.show === 'all')
        console.log(`${title}: ${id}: ${message} [${options}]`);
    }
  } catch (error) {
    thrown += 1;
    console.log(`${title}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  }
}

for (const board of await boardNames()) {
  for (const release of releases) {
    await checkOne(`${board} on ${release}`, async () => check(await loadBoot(board, { release })));
  }
}
const blobs = realBlobs();
if (blobs.length === 0) console.log('check-boards: skipped: no blobs; scripts/fetch-blobs brings them');
for (const name of blobs) {
  await checkOne(name, async () => {
    const tree = readFdt(new Uint8Array(readFileSync(realBlobFile(name))), name);
    const memory = memoryBanks(tree).length === 0 ? [likelyBank(tree)] : undefined;
    return check(await loadBoot(tree, { memory }));
  });
}

for (const [key, count] of [...counts].sort()) console.log(`${key}: ${count}`);
const sorted = times.toSorted((a, b) => a - b);
const at = (share: number) => (sorted[Math.floor((sorted.length - 1) * share)] ?? 0).toFixed(0);
console.log(
  `${times.length} checks, ${thrown} thrown; half within ${at(0.5)} ms, 99 of 100 within ${at(0.99)} ms, the slowest ${at(1)} ms`,
);
process.exitCode = thrown === 0 ? 0 : 1;
