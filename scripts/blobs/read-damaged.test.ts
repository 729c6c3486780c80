import { expect, test } from 'vitest';
import { readDamaged } from './read-damaged.ts';
import { subjectsOfDamage } from './subjects.ts';

test('damaged blobs are read, or refused with one clear message', async () => {
  const tally = readDamaged(await subjectsOfDamage(8), { runs: 5000, seed: 6 });
  expect(tally.accepted + tally.refused).toBe(5000);
  // Neither may be rare, or the damage is of the wrong kind.
  expect(tally.accepted).toBeGreaterThan(200);
  expect(tally.refused).toBeGreaterThan(200);
});
