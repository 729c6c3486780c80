import pc from 'picocolors';
import { columns } from './columns.ts';
import { faultRows } from './fault-rows.ts';
import type { NativeDocument } from './native-json.ts';
import { peakRows } from './peak-rows.ts';
import { peopleSize as size } from './people-size.ts';

/** A native run for people: who allocated, how full areas became, and what was left behind. */
export function nativeText(run: NativeDocument, colour: boolean): string {
  const colours = pc.createColors(colour);
  const section = (title: string, rows: readonly (readonly string[])[]) =>
    rows.length === 0 ? '' : `\n${colours.bold(title)}\n${columns(rows)}`;
  const ending = run.signal === null ? `exit ${run.exitCode}` : `killed by ${run.signal}`;
  const head = `${run.board ?? 'devicetree'}: Linux ${run.release}, ${run.command.join(' ')}: ${ending}`;
  return [
    `\n${colours.bold(head)}\n`,
    section(
      'Processes',
      run.processes.map(({ pid, program, buffers, allocatedBytes }) => [
        `${program}[${pid}]`,
        `${buffers} buffers, ${size(allocatedBytes)}`,
      ]),
    ),
    section('Peak use', peakRows(run)),
    section(
      'Leaked',
      run.leaks.map(({ program, pid, fd, mapped, heap, sizeBytes }) => [
        `${program}[${pid}]`,
        heap,
        size(sizeBytes),
        [fd === null ? '' : `descriptor ${fd}`, mapped ? 'mapped' : '']
          .filter((part) => part !== '')
          .join(', '),
      ]),
    ),
    section('Went wrong on purpose', faultRows(run)),
    ...run.notes.map((note) => `note: ${note}\n`),
  ].join('');
}
