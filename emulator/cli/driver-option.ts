import { inputError } from '../base/input-error.ts';
import { type DriverPlan, driverSchema } from '../machine/board-drivers.ts';
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
    const read = driverSchema.safeParse({ node, allocate: sizes?.split(',') });
    if (read.success) return read.data;
    const expected = "NODE=SIZE with more sizes after commas, such as '/soc/ade@f4100000=8M'";
    throw inputError('bad-option', { option: 'driver', value, expected });
  });
}
