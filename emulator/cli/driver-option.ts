import { inputError } from '../base/input-error.ts';
import { parseSize } from '../base/units.ts';
import { type DriverPlan, usualProbeNs } from '../machine/board-drivers.ts';
import type { OptionFacts } from './command.ts';

/** `--driver`: a driver that allocates for its device during the boot. */
export const driverOption = {
  takes: 'values',
  placeholder: 'NODE=SIZE,…',
  group: 'The kernel',
  describe: "a driver that allocates for its device during the boot, such as '/soc/ade@f4100000=8M,4K'",
} as const satisfies OptionFacts;

/** Reads the option's values: a node, and the sizes of what its driver allocates in that order. */
export function readDrivers(values: readonly string[]): readonly DriverPlan[] {
  return values.map((value) => {
    const [, node, sizes] = /^(\/[^=]*)=(.+)$/.exec(value) ?? [];
    const allocations = (sizes ?? '').split(',').map((size) => parseSize(size) ?? 0n);
    const plan = { name: undefined, atNs: usualProbeNs, region: 0, dmaBits: undefined };
    if (node !== undefined && allocations.every((size) => size > 0n)) return { ...plan, node, allocations };
    const expected = "NODE=SIZE with more sizes after commas, such as '/soc/ade@f4100000=8M'";
    throw inputError('bad-option', { option: 'driver', value, expected });
  });
}
