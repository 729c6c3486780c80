import { inputError } from '../base/input-error.ts';
import { type PressureFacts, pressureSchema } from '../machine/pressure-facts.ts';
import type { OptionFacts } from './command.ts';

const example = 'such as cache=600M,anonymous=64M,pinned=2%';

/** `--pressure`: how full others have made memory by the time the first process runs. */
export const pressureOption = {
  takes: 'value',
  placeholder: 'WHAT=SIZE,…',
  group: 'The kernel',
  describe: `what others keep in memory: cache, anonymous, and how much of it in CMA areas is pinned, ${example}`,
  complete: async () => ['cache=', 'anonymous=', 'pinned='],
} as const satisfies OptionFacts;

const keys: Readonly<Record<string, string>> = {
  cache: 'pageCache',
  anonymous: 'anonymous',
  pinned: 'pinned',
};

/** Reads the option's value. */
export function readPressure(value: string | undefined): PressureFacts | undefined {
  if (value === undefined) return undefined;
  const entries = value.split(',').map((part): readonly [string, string] => {
    const [, name = '', written = ''] = /^(\w+)=(.+)$/.exec(part.trim()) ?? [];
    return [keys[name] ?? name, written];
  });
  const read = pressureSchema.safeParse(Object.fromEntries(entries));
  if (read.success) return read.data;
  throw inputError('bad-option', {
    option: 'pressure',
    value,
    expected: `WHAT=SIZE with commas, ${example}`,
  });
}
