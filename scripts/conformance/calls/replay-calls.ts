import { runProbe, selectionOf } from '../../probe/run-probe.ts';
import type { BootRecord, Records } from '../../records/record.ts';
import { bootAsRecorded, whyNot } from '../boots/emulate-boot.ts';
import { describeException } from '../exception.ts';
import type { Fact } from '../fact.ts';
import type { ReplayOptions } from '../replay-options.ts';
import { type KernelTally, Tally } from '../tally.ts';
import { compareCalls } from './compare-calls.ts';

/** Runs the probe on every boot of a kernel whose calls were recorded, and compares. */
export async function replayCalls(
  records: Records,
  kernel: string,
  options: ReplayOptions,
): Promise<KernelTally> {
  const tally = new Tally(kernel, 'runs of calls', options.expected);
  for (const name of records.callNames(kernel)) {
    if (!options.isWanted(name)) continue;
    const boot = records.boot(kernel, name);
    const reason = boot === undefined ? 'their boot is not recorded' : whyNot(boot, records);
    if (boot === undefined || reason !== undefined) {
      tally.skip(reason ?? '');
      continue;
    }
    options.replayed.add(`${kernel}/${name}`);
    tally.take(name, await factsOf(boot, records));
  }
  return tally.result;
}

async function factsOf(boot: BootRecord, records: Records): Promise<Fact[]> {
  const recorded = records.calls(boot.kernel, boot.name) ?? [];
  try {
    const system = await bootAsRecorded(boot, records);
    return compareCalls(recorded, runProbe(system, selectionOf(boot.bootargs)));
  } catch (error) {
    const emulated = `an exception: ${describeException(error)}`;
    return [{ field: 'run', item: '', recorded: `${recorded.length} calls`, emulated, equal: false }];
  }
}
