import type { AllocationTrial } from '../whatif/fail-each.ts';
import { columns } from './columns.ts';
import { peopleSize } from './people-size.ts';

/** Which failed allocations a run survives, for people. */
export function failEachText(trials: readonly AllocationTrial[]): string {
  if (trials.length === 0) return 'nothing is allocated, so nothing can fail\n';
  const rows = columns(
    trials.map(({ allocation, process, heap, sizeBytes, survived }) => [
      `${allocation}`,
      survived ? 'survived' : 'not survived',
      process,
      heap,
      peopleSize(sizeBytes),
    ]),
  );
  const failed = trials.filter(({ survived }) => !survived);
  const reasons = failed.map(
    ({ allocation, problems }) =>
      `\nWhen allocation ${allocation} fails\n${problems.map((one) => `  ${one}\n`).join('')}`,
  );
  const verdict = `\n${trials.length - failed.length} of ${trials.length} failures are survived\n`;
  return `${rows}${reasons.join('')}${verdict}`;
}
