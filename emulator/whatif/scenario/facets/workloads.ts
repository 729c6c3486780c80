import * as z from 'zod';
import { errno } from '../../../linux/uapi/errno.ts';
import { signals } from '../../../linux/uapi/signal.ts';
import type { Failure } from '../../../userland/workload/outcome.ts';
import { defineFacet } from '../facet.ts';
import { textMatch } from '../text-match.ts';

const errnoName = z
  .string()
  .refine(
    (name) => name in errno || name in signals,
    'expected the name of an errno or signal, such as ENOMEM',
  );
const fate = z.union(
  [
    z.literal('passes'),
    z.literal('fails'),
    z.strictObject({ fails: errnoName.optional(), step: textMatch.optional(), why: textMatch.optional() }),
  ],
  'expected passes, fails, or fails with an errno, a step or a reason',
);

/** What became of each workload, by name. */
export const workloads = defineFacet({
  key: 'workloads',
  schema: z.record(z.string(), fate),
  compare(wanted, { outcome }) {
    return Object.entries(wanted).flatMap(([name, fate]) => {
      const what = `workload ${name}`;
      if (outcome === undefined || !outcome.processes.some(({ job }) => job === name)) {
        return [{ what, expected: 'to run', seen: 'it did not run' }];
      }
      const failures = outcome.failures.filter(({ job }) => job === name);
      const [first] = failures;
      if (fate === 'passes') {
        return first === undefined ? [] : [{ what, expected: 'passes', seen: failureText(first) }];
      }
      const expected = fate === 'fails' ? 'fails' : fateText(fate);
      if (first === undefined) return [{ what, expected, seen: 'passes' }];
      if (fate === 'fails' || failures.some((failure) => meets(fate, failure))) return [];
      return [{ what, expected, seen: failures.map(failureText).join(' | ') }];
    });
  },
});

type Fate = Exclude<z.output<typeof fate>, string>;

function meets({ fails, step, why }: Fate, failure: Failure): boolean {
  if (fails !== undefined && failure.code !== fails) return false;
  if (step !== undefined && !step.matches(failure.step)) return false;
  return why === undefined || [failure.problem, ...failure.why].some((text) => why.matches(text));
}

function fateText({ fails, step, why }: Fate): string {
  const parts = [
    fails,
    step === undefined ? '' : `at ${step.written}`,
    why === undefined ? '' : `for ${why.written}`,
  ];
  return `fails ${parts.filter((part) => part !== undefined && part !== '').join(' ')}`.trim();
}

/** A failure as expectations see it. */
export function failureText(failure: Failure): string {
  const why = failure.why.length === 0 ? '' : ` (${failure.why.join('; ')})`;
  return `fails at ${failure.step}: ${failure.problem}${why}`;
}
