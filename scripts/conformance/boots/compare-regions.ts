import { hex } from '../../../emulator/base/units.ts';
import type { BootRecord } from '../../records/record.ts';
import { type Fact, fact } from '../fact.ts';
import type { BootOutcome, OutcomeRegion } from './outcome.ts';

/** What the log says became of a region, in the words that `fateOf` uses. */
type Fates = Map<string, string>;

const created = /^Reserved memory: created (CMA|DMA|restricted DMA) memory pool at (0x[0-9a-f]+), size/;
const initialized = /^OF: reserved mem: initialized node (\S+), compatible id/;
const unmatched = /^OF: reserved mem: node (\S+) compatible matching fail/;
const refused = /failed to (?:reserve|allocate) memory for node '([^']+)'/;

const kinds: Readonly<Record<string, string>> = {
  CMA: 'cma',
  DMA: 'coherent',
  'restricted DMA': 'restricted',
};

/** Reads regions' fate out of a recorded log. */
function fatesIn(log: BootRecord['log']): Fates {
  const fates: Fates = new Map();
  let pool: string | undefined;
  for (const { text } of log) {
    const made = created.exec(text);
    if (made !== null) pool = `${kinds[made[1] ?? ''] ?? 'unknown'} at ${hex(BigInt(made[2] ?? 0))}`;
    const taken = initialized.exec(text)?.[1];
    if (taken !== undefined && pool !== undefined) {
      fates.set(taken, pool);
      pool = undefined;
    }
    const left = unmatched.exec(text)?.[1];
    if (left !== undefined) fates.set(left, 'not taken by a driver');
    const without = refused.exec(text)?.[1];
    if (without !== undefined) fates.set(without, 'got no memory');
  }
  return fates;
}

function fateOf(region: OutcomeRegion | undefined): string | undefined {
  if (region === undefined) return undefined;
  const { state, baseBytes } = region;
  if (Object.values(kinds).includes(state))
    return `${state} at ${baseBytes === undefined ? 'no place' : hex(baseBytes)}`;
  if (state === 'failed') return 'got no memory';
  return state === 'returned' || state === 'reserved' ? 'not taken by a driver' : state;
}

/** Compares what became of each region of which the recorded log speaks. */
export function compareRegions(record: BootRecord, outcome: BootOutcome): Fact<'regions'>[] {
  return [...fatesIn(record.log)].map(([name, fate]) => {
    const region = outcome.regions.find((candidate) => candidate.name === name);
    return fact('regions', name, fate, fateOf(region));
  });
}
