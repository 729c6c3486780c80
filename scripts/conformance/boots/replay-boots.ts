import type { BootRecord, Records } from '../../records/record.ts';
import { describeException } from '../exception.ts';
import { type BootField, type Fact, fact } from '../fact.ts';
import type { ReplayOptions } from '../replay-options.ts';
import { type KernelTally, Tally } from '../tally.ts';
import { compareBoot } from './compare-boot.ts';
import { bootAsRecorded, outcomeOf, whyNot } from './emulate-boot.ts';

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
    return compareBoot(record, outcomeOf(await bootAsRecorded(record, records)));
  } catch (error) {
    return [
      fact('booted', '', record.booted ? 'booted' : 'died', `an exception: ${describeException(error)}`),
    ];
  }
}
