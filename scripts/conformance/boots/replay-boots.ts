import type { BootRecord, Records } from '../../records/record.ts';
import type { ExpectedDifferences } from '../differences.ts';
import { type BootField, type Fact, fact } from '../fact.ts';
import { type KernelTally, Tally } from '../tally.ts';
import { compareBoot } from './compare-boot.ts';
import { bootAsRecorded, outcomeOf, whyNot } from './emulate-boot.ts';

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
    return compareBoot(record, outcomeOf(await bootAsRecorded(record, records)));
  } catch (error) {
    return [fact('booted', '', record.booted ? 'booted' : 'died', `an exception: ${described(error)}`)];
  }
}

/** The message of an exception and where it was thrown: a bug, to be found. */
function described(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const frame = error.stack?.split('\n').find((line) => line.trimStart().startsWith('at '));
  return `${error.name}: ${error.message.split('\n')[0]} ${frame?.trim() ?? ''}`;
}
