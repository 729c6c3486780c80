import { inputError } from '../base/input-error.ts';
import type { CoherencyMode } from '../linux/init/platform.ts';
import type { OptionFacts } from './command.ts';

const modes: readonly CoherencyMode[] = ['full', 'tree', 'none'];

/** `--coherency`: whether devices see what the processor's caches hold. */
export const coherencyOption = {
  takes: 'value',
  placeholder: 'MODE',
  group: 'The kernel',
  describe:
    'full: devices see what processors wrote; none: only after SYNC; tree: as dma-coherent says; full where not given',
  complete: async () => modes,
} as const satisfies OptionFacts;

/** Reads the option's value. */
export function readCoherency(value: string | undefined): CoherencyMode | undefined {
  const mode = modes.find((known) => known === value);
  if (value === undefined || mode !== undefined) return mode;
  throw inputError('bad-option', { option: 'coherency', value, expected: modes.join(', ') });
}
