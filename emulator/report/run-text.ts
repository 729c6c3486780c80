import pc from 'picocolors';
import { formatPosition, type SourcePosition } from '../base/position.ts';
import type { AreaUse, Failure, Finding, Leak, ProcessOutcome } from '../userland/workload/outcome.ts';
import { columns } from './columns.ts';
import { faultRows } from './fault-rows.ts';
import { peopleSize as size } from './people-size.ts';
import { relianceText } from './reliance-text.ts';
import type { RunDocument } from './run-json.ts';

/** A run for people: what each process did, how full areas became, what leaked, and what failed. */
export function runText(run: RunDocument, colour: boolean): string {
  const colours = pc.createColors(colour);
  const section = (title: string, body: string) => (body === '' ? '' : `\n${colours.bold(title)}\n${body}`);
  const verdict = run.passed ? colours.green : colours.red;
  return [
    `${colours.bold(`${run.board ?? 'devicetree'}: Linux ${run.release}, configuration ${run.config}`)}\n`,
    relies(run),
    section('Processes', columns(run.processes.map(processRow))),
    section('Peak use', columns([...run.areas.map(areaRow), ...run.heaps.map((heap) => heapRow(heap, run))])),
    section('Leaked', columns(run.leaks.map(leakRow)) || '  nothing\n'),
    section('Found', columns(run.findings.map(findingRow))),
    section('Went wrong on purpose', columns(faultRows(run))),
    section('Failed', run.failures.map(failureLines).join('')),
    `\n${verdict(lastLine(run))}\n`,
  ].join('');
}

function relies({ reliance }: RunDocument): string {
  const text = relianceText(reliance);
  return text === '' ? '' : `  relies on  ${text}\n`;
}

function processRow(process: ProcessOutcome): readonly string[] {
  const steps = Object.entries(process.steps).map(([verb, count]) => `${count} ${verb}`);
  const expected = process.expectedFailures === 0 ? '' : `, ${process.expectedFailures} failed as expected`;
  const buffers = process.buffers === 0 ? '' : `${process.buffers} buffers, ${size(process.allocatedBytes)}`;
  const ending =
    process.signal ?? (process.exitCode === undefined ? 'still waiting' : `exit ${process.exitCode}`);
  return [process.name, ending, buffers, `${steps.join(', ')}${expected}`];
}

function areaRow({ name, sizeBytes, peakBytes, startBytes }: AreaUse): readonly string[] {
  const share = sizeBytes === 0 ? 0 : Math.round((peakBytes / sizeBytes) * 100);
  const before = startBytes === 0 ? '' : `, ${size(startBytes)} of it before`;
  return [`area ${name}`, `${size(peakBytes)} of ${size(sizeBytes)}`, `${share} %${before}`];
}

function heapRow(
  { name, peakBytes }: { readonly name: string; readonly peakBytes: number },
  { notInMainline }: RunDocument,
): readonly string[] {
  const needs = notInMainline.find((heap) => heap.name === name)?.needs;
  return [`heap ${name}`, size(peakBytes), needs === undefined ? 'in buffers' : `in buffers; ${needs}`];
}

function leakRow(leak: Leak): readonly string[] {
  return [leak.process, leak.heap, size(leak.sizeBytes), leak.step ?? '', place(leak.position)];
}

function findingRow({ id, text, process, step, position }: Finding): readonly string[] {
  return [id, process ?? '', step ?? '', place(position), text];
}

function failureLines(failure: Failure): string {
  const why = failure.why.map((reason) => `      ${reason}\n`).join('');
  return `  ${place(failure.position)}: ${failure.process}: ${failure.step}\n    ${failure.problem}\n${why}`;
}

function place(position: SourcePosition | undefined): string {
  return position === undefined ? '' : formatPosition(position);
}

function lastLine({ processes, failures }: RunDocument): string {
  const count = processes.length === 1 ? '1 process' : `${processes.length} processes`;
  const failed = new Set(failures.map(({ process }) => process)).size;
  if (failed === 0) return `${count} passed`;
  return failed === processes.length ? `${count} failed` : `${failed} of ${count} failed`;
}
