import Table from 'cli-table3';
import type { Difference, KernelTally } from './tally.ts';

const sum = (counts: ReadonlyMap<string, number>) =>
  [...counts.values()].reduce((total, count) => total + count, 0);
const number = (value: number) => value.toLocaleString('en');

const plain = { head: [], border: [] };

/** With more fields than these, only those with differences get a row. */
const mostRows = 12;

function table(tally: KernelTally): string {
  const differs = (field: string) => tally.compared.get(field) !== tally.equal.get(field);
  const fields = [...tally.compared].filter(([field]) => tally.compared.size <= mostRows || differs(field));
  const rows = fields.map(([field, compared]) => {
    const equal = tally.equal.get(field) ?? 0;
    return [field, number(compared), number(equal), number(compared - equal)];
  });
  const printed = new Table({
    head: ['field', 'facts compared', 'equal', 'different'],
    colAligns: ['left', 'right', 'right', 'right'],
    style: plain,
  });
  printed.push(...rows, [
    'together',
    number(sum(tally.compared)),
    number(sum(tally.equal)),
    number(tally.differences.length),
  ]);
  return printed.toString();
}

const oneLine = (text: string) => text.replaceAll('\n', '⏎');

function describe(difference: Difference): string {
  const { fact, record, listed } = difference;
  const what = fact.item === '' || fact.field === 'log' ? fact.field : `${fact.field} ${fact.item}`;
  return `${listed ? 'listed  ' : 'UNLISTED'} ${record}: ${what}: recorded ${oneLine(fact.recorded)} | emulated ${oneLine(fact.emulated)}`;
}

/** The report of one kernel: a line of totals, what was skipped, a table by field, and the differences. */
export function printTally(tally: KernelTally, options: { readonly verbose: boolean }): string {
  const unlisted = tally.differences.filter((difference) => !difference.listed);
  const shown = options.verbose ? tally.differences : unlisted.slice(0, 40);
  const hidden = options.verbose ? 0 : unlisted.length - shown.length;
  return [
    `${tally.kernel}: ${number(tally.replayed)} ${tally.unit}, ${number(tally.whole)} of them agree in every fact; ` +
      `${number(sum(tally.compared))} facts compared, ${number(sum(tally.equal))} equal, ` +
      `${number(tally.differences.length - unlisted.length)} listed differences, ${number(unlisted.length)} unlisted`,
    ...[...tally.skipped].map(([reason, count]) => `  ${number(count)} ${tally.unit} skipped: ${reason}`),
    ...(tally.replayed === 0 ? [] : [table(tally)]),
    ...shown.map(describe),
    ...(hidden > 0 ? [`… and ${number(hidden)} more unlisted differences, see --verbose`] : []),
    '',
  ].join('\n');
}
