import type { System } from '../../../emulator/whatif/system.ts';
import { compiledProbe, runCompiledProbe } from '../../probe/run-compiled-probe.ts';
import { runProbe, selectionOf, selectionText } from '../../probe/run-probe.ts';
import type { BootRecord, CallRecord, Records } from '../../records/record.ts';
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
    tally.take(name, await factsOf(boot, records, options.driver));
  }
  return tally.result;
}

/** Runs the cases: as a program over the system-call table, or as the compiled probe on the emulated processor. */
async function probe(
  system: System,
  bootargs: string,
  driver: ReplayOptions['driver'],
): Promise<CallRecord[]> {
  if (driver !== 'compiled') return runProbe(system, selectionOf(bootargs));
  const binary = compiledProbe();
  if (binary === undefined) throw new Error('there is no aarch64-linux-gnu-gcc');
  return runCompiledProbe(system, selectionText(bootargs), binary);
}

async function factsOf(boot: BootRecord, records: Records, driver: ReplayOptions['driver']): Promise<Fact[]> {
  const recorded = records.calls(boot.kernel, boot.name) ?? [];
  try {
    const system = await bootAsRecorded(boot, records);
    return compareCalls(recorded, await probe(system, boot.bootargs, driver));
  } catch (error) {
    const emulated = `an exception: ${describeException(error)}`;
    return [{ field: 'run', item: '', recorded: `${recorded.length} calls`, emulated, equal: false }];
  }
}
