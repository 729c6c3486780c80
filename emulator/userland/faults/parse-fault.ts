import { inputError } from '../../base/input-error.ts';
import { type Fault, type FaultKey, faultKeys, faultSchemas } from './fault.ts';

/** What is wrong with a fault, as a sentence; or the fault. */
export type FaultReading = { readonly fault: Fault } | { readonly problem: string };

function isFaultKey(key: string): key is FaultKey {
  return faultKeys.some((known) => known === key);
}

/** Reads a fault as YAML and the API have it: `{ fail: alloc, nth: 3 }`. */
export function readFault(written: unknown): FaultReading {
  const keys = typeof written === 'object' && written !== null ? Object.keys(written) : [];
  const kind = keys.find(isFaultKey);
  if (kind === undefined) return { problem: `a fault needs one of ${faultKeys.join(', ')}` };
  const checked = faultSchemas[kind].safeParse(written);
  if (checked.success) return { fault: checked.data };
  const [issue] = checked.error.issues;
  const path = issue?.path.join('.') ?? '';
  return { problem: `${path === '' ? '' : `${path}: `}${issue?.message ?? 'is no fault'}` };
}

/** Reads `fail=alloc:nth=3:heap=system`; a mistake is an InputError that names the option. */
export function parseFault(text: string): Fault {
  const pairs = text.split(':').map((part): readonly [string, string] => {
    const equals = part.indexOf('=');
    return equals < 0 ? [part, ''] : [part.slice(0, equals), part.slice(equals + 1)];
  });
  const reading = readFault(Object.fromEntries(pairs));
  if ('fault' in reading) return reading.fault;
  throw inputError(
    'bad-option',
    { option: 'fault', value: text, expected: 'a fault, for instance fail=alloc:nth=3:heap=system' },
    { hint: reading.problem },
  );
}
