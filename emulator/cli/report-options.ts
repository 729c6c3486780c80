import type { Report } from '../report/formats/report.ts';
import type { CommandIo, OptionTable } from './command.ts';
import { refuseUnwritable, writeOutput } from './output-file.ts';

/** The option of every command whose result can be reported in several formats. */
export const reportOptionTable = {
  report: {
    takes: 'values',
    placeholder: 'KIND[=FILE]',
    group: 'Reports',
    describe:
      'text, json, jsonl, junit, tap, ktap, sarif, github, markdown or html, into a file or on stdout; repeatable',
    complete: async () => [...(await import('../report/formats/index.ts')).reportFormats.keys()],
  },
} as const satisfies OptionTable;

/** Reports that were asked for, ready to be written. */
export interface RequestedReports {
  /** Whether one of them goes to stdout, in place of what the command prints there by itself. */
  readonly takesStdout: boolean;
  write(report: Report): Promise<void>;
}

/**
 * Reads `--report` before any work is done: an unknown kind, two reports for stdout, and a place that cannot be written
 * are InputErrors now and not at the end.
 */
export async function requestReports(values: readonly string[], io: CommandIo): Promise<RequestedReports> {
  if (values.length === 0) return { takesStdout: false, write: async () => undefined };
  const { reportFormatNamed } = await import('../report/formats/index.ts');
  const { inputError } = await import('../base/input-error.ts');
  const wanted = values.map((value) => {
    const equals = value.indexOf('=');
    const [kind, file] = equals < 0 ? [value, '-'] : [value.slice(0, equals), value.slice(equals + 1)];
    if (file === '') throw inputError('bad-option', { option: 'report', value, expected: 'KIND=FILE' });
    return { format: reportFormatNamed(kind), file };
  });
  const files = wanted.map(({ file }) => file);
  const twice = files.find((file, index) => files.indexOf(file) !== index);
  if (twice !== undefined) {
    const place = twice === '-' ? 'stdout' : twice;
    throw inputError('usage', { problem: `--report: only one report can go to ${place}` });
  }
  for (const file of files) if (file !== '-') await refuseUnwritable(file);
  return {
    takesStdout: files.includes('-'),
    async write(report) {
      for (const { format, file } of wanted) {
        if (file === '-') io.out(format.write(report, { colours: io.colours }));
        else await writeOutput(file, format.write(report, { colours: false }));
      }
    },
  };
}
