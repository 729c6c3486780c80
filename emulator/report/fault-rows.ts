import type { FaultAccount } from '../userland/faults/injector.ts';

/** What went wrong on purpose, and what should have and did not, as rows of a table. */
export function faultRows({ injected, notInjected }: FaultAccount): readonly (readonly string[])[] {
  return [
    ...injected.map(({ kind, process, call, what }) => [kind, process, call, what]),
    ...notInjected.map((fault) => ['never came', fault]),
  ];
}
