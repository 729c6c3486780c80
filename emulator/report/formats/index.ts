import { inputError } from '../../base/input-error.ts';
import { github, markdown } from './github.ts';
import { html } from './html.ts';
import { json } from './json.ts';
import { jsonl } from './jsonl.ts';
import { junit } from './junit.ts';
import type { ReportFormat } from './report.ts';
import { sarif } from './sarif.ts';
import { ktap, tap } from './tap.ts';
import { text } from './text.ts';

export type { Finding, Report, ReportCase, ReportFormat, ReportSection, ReportTable } from './report.ts';

const formats = new Map<string, ReportFormat>();

/** Adds a format; two of one name are a mistake of ours. */
export function registerReportFormat(format: ReportFormat): void {
  if (formats.has(format.name)) throw new Error(`report format ${format.name} is registered twice`);
  formats.set(format.name, format);
}

for (const format of [text, json, jsonl, junit, tap, ktap, sarif, github, markdown, html])
  registerReportFormat(format);

/** Every format by name, in the order of registration. */
export const reportFormats: ReadonlyMap<string, ReportFormat> = formats;

/** A format by its name; an unknown one is an InputError. */
export function reportFormatNamed(name: string): ReportFormat {
  const format = formats.get(name);
  if (format === undefined) {
    const expected = `one of ${[...formats.keys()].join(', ')}, as KIND=FILE`;
    throw inputError('bad-option', { option: 'report', value: name, expected });
  }
  return format;
}
