import pc from 'picocolors';
import { columns } from './columns.ts';
import type { ElfDocument } from './elf-json.ts';
import { faultRows } from './fault-rows.ts';
import { peakRows } from './peak-rows.ts';
import { peopleSize as size } from './people-size.ts';

const endings: Readonly<Record<ElfDocument['end'], string>> = {
  ended: '',
  instructions: 'stopped: it has run as many instructions as it may',
  time: 'stopped: its virtual time is up',
  stuck: 'stopped: everybody waits, and nothing that is set to happen would wake them',
};

/** A run on the emulated processor for people: how it ended, how full areas became, and what was left behind. */
export function elfText(run: ElfDocument, colour: boolean): string {
  const colours = pc.createColors(colour);
  const section = (title: string, rows: readonly (readonly string[])[]) =>
    rows.length === 0 ? '' : `\n${colours.bold(title)}\n${columns(rows)}`;
  const ending =
    run.exitCode !== null
      ? `exit ${run.exitCode}`
      : run.signal !== null
        ? `killed by signal ${run.signal}`
        : '';
  const head = `${run.board ?? 'devicetree'}: Linux ${run.release}, ${run.command.join(' ')}: ${ending || endings[run.end]}`;
  const seconds = run.virtualSeconds.toFixed(3);
  return [
    `\n${colours.bold(head)}\n`,
    `${run.instructions.toLocaleString('en')} instructions, ${seconds} s of virtual time\n`,
    section('Peak use', peakRows(run)),
    section(
      'Leaked',
      run.leaks.map(({ program, pid, function: name, heap, sizeBytes }) => [
        `${program}[${pid}]`,
        heap,
        size(sizeBytes),
        name === null ? '' : `allocated in ${name}`,
      ]),
    ),
    section('Went wrong on purpose', faultRows(run)),
  ].join('');
}
