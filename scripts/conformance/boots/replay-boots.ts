import type { BootRecord, Records } from '../../records/record.ts';
import type { ExpectedDifferences } from '../differences.ts';
import { type BootField, type Fact, fact } from '../fact.ts';
import { type KernelTally, Tally } from '../tally.ts';
import { compareBoot } from './compare-boot.ts';
import { emulateBoot, whyNot } from './emulate-boot.ts';

export interface ReplayOptions {
  readonly isWanted: (name: string) => boolean;
  readonly expected: ExpectedDifferences;
  /** Gets `kernel/name` of each record that was replayed. */
  readonly replayed: Set<string>;
}

/** Boots every record of a kernel and compares. */
export async function replayBoots(
  records: Records,
  kernel: string,
  options: ReplayOptions,
): Promise<KernelTally> {
  const tally = new Tally(kernel, 'boots', options.expected);
  for (const record of records.boots(kernel)) {
    if (!options.isWanted(record.name)) continue;
    const reason = whyNot(record, records);
    if (reason !== undefined) {
      tally.skip(reason);
      continue;
    }
    options.replayed.add(`${kernel}/${record.name}`);
    tally.take(record.name, await factsOf(record, records));
  }
  return tally.result;
}

async function factsOf(record: BootRecord, records: Records): Promise<Fact<BootField>[]> {
  try {
    return compareBoot(record, await emulateBoot(record, records));
  } catch (error) {
    const text = error instanceof Error ? `${error.name}: ${error.message.split('\n')[0]}` : String(error);
    return [fact('booted', '', record.booted ? 'booted' : 'died', `an exception: ${text}`)];
  }
}
