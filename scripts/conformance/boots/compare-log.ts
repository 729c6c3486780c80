import { diffArrays } from 'diff';
import type { RecordedLogLine } from '../../records/record.ts';
import type { Fact } from '../fact.ts';
import { comparedLines } from './log-lines.ts';
import type { BootOutcome } from './outcome.ts';

const shown = (line: { readonly level?: number | undefined; readonly text: string }) =>
  line.level === undefined ? line.text : `<${line.level}>${line.text}`;

/**
 * Compares the log lines that count, in order: each recorded line is a fact, and so is each line
 * that the emulator prints beyond them. A level counts where the record has one.
 */
export function compareLog(recorded: readonly RecordedLogLine[], outcome: BootOutcome): Fact<'log'>[] {
  const facts: Fact<'log'>[] = [];
  const before = [...comparedLines(recorded)];
  const after = [...comparedLines(outcome.log)];
  const changes = diffArrays(before, after, {
    comparator: (a, b) =>
      a.text === b.text && (a.level === undefined || b.level === undefined || a.level === b.level),
  });
  for (const change of changes) {
    for (const line of change.value) {
      facts.push({
        field: 'log',
        item: line.text,
        recorded: change.added ? 'no such line here' : shown(line),
        emulated: change.removed ? 'no such line here' : shown(line),
        equal: !change.added && !change.removed,
      });
    }
  }
  return facts;
}
