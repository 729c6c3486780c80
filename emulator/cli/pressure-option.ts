import { inputError } from '../base/input-error.ts';
import { parseSize } from '../base/units.ts';
import { type PressureFacts, parsePinned } from '../machine/pressure-facts.ts';
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

type Reader = (written: string) => PressureFacts | undefined;

/** A size under a name of the facts; undefined where it is none. */
function sizeOf(name: 'pageCacheBytes' | 'anonymousBytes'): Reader {
  return (written) => {
    const bytes = parseSize(written);
    return bytes === undefined ? undefined : { [name]: bytes };
  };
}

const readers: Readonly<Record<string, Reader>> = {
  cache: sizeOf('pageCacheBytes'),
  anonymous: sizeOf('anonymousBytes'),
  pinned: (written) => {
    const pinned = parsePinned(written);
    return pinned === undefined ? undefined : { pinned };
  },
};

/** Reads the option's value. */
export function readPressure(value: string | undefined): PressureFacts | undefined {
  if (value === undefined) return undefined;
  let facts: PressureFacts = {};
  for (const part of value.split(',')) {
    const [, name = '', written = ''] = /^(\w+)=(.+)$/.exec(part.trim()) ?? [];
    const read = Object.hasOwn(readers, name) ? readers[name]?.(written) : undefined;
    if (read === undefined) {
      const expected = `WHAT=SIZE with commas, ${example}`;
      throw inputError('bad-option', { option: 'pressure', value, expected });
    }
    facts = { ...facts, ...read };
  }
  return facts;
}
