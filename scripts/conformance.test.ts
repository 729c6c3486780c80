import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { replayBoots } from './conformance/boots/replay-boots.ts';
import { replayCalls } from './conformance/calls/replay-calls.ts';
import { ExpectedDifferences } from './conformance/differences.ts';
import type { KernelTally } from './conformance/tally.ts';
import { openRecords, ownRecordsFolder } from './records/read.ts';

const records = openRecords(ownRecordsFolder);
const listed = fileURLToPath(new URL('../fixtures/kernel/differences.yaml', import.meta.url));

const unlisted = (tally: KernelTally) =>
  tally.differences
    .filter((difference) => !difference.listed)
    .map(({ record, fact }) => `${record}: ${fact.field} ${fact.item}: ${fact.recorded} | ${fact.emulated}`);

const compared = (tally: KernelTally) => [...tally.compared.values()].reduce((sum, count) => sum + count, 0);

/** A replay of some records; what is listed for them and does not differ counts as a difference too. */
async function differences(
  replay: typeof replayBoots,
  part: string,
  kernel: string,
  isWanted: (name: string) => boolean,
) {
  const expected = ExpectedDifferences.read(listed);
  const replayed = new Set<string>();
  const tally = await replay(records, kernel, { isWanted, expected, replayed });
  const unmet = expected.unmet(part, replayed).map((line) => `listed, but does not differ: ${line}`);
  return { tally, differences: [...unlisted(tally), ...unmet] };
}

describe('every recorded boot', () => {
  it.each(records.kernels)('of %s is as recorded, but for what is listed', async (kernel) => {
    const outcome = await differences(replayBoots, 'boots', kernel, () => true);
    expect(outcome.differences).toEqual([]);
    expect(outcome.tally.replayed).toBeGreaterThan(250);
    expect(compared(outcome.tally)).toBeGreaterThan(5000);
  });
});

describe('recorded system calls', () => {
  // One whole run and one of the shorter ones; `npm run conformance` makes them all.
  const sample = new Set(['b-dynamic', 'j-cma0']);
  const kernels = records.kernels.filter((kernel) => records.callNames(kernel).length > 0);

  it.each(kernels)('of %s are answered as recorded, but for what is listed', async (kernel) => {
    const outcome = await differences(replayCalls, 'syscalls', kernel, (name) => sample.has(name));
    expect(outcome.differences).toEqual([]);
    expect(outcome.tally.replayed).toBe(sample.size);
    expect(compared(outcome.tally)).toBeGreaterThan(5000);
  });
});
