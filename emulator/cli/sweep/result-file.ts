import { closeSync, openSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import * as z from 'zod';
import { inputError } from '../../base/input-error.ts';
import { writeWhole } from '../../base/write-whole.ts';
import type { PointRecord, PointResult, SweepHeader } from '../../whatif/sweep/result.ts';
import { reasonOf } from './journal.ts';

const headerSchema = z.strictObject({
  schemaVersion: z.literal(1),
  sweep: z.string(),
  spec: z.string(),
  points: z.int().min(1),
});
const recordSchema = z.object({
  point: z.int().min(0),
  values: z.record(z.string(), z.union([z.string(), z.number()])),
  result: z.looseObject({ booted: z.boolean(), passed: z.boolean() }),
});

/** A result file that was read: its header, and the text of its lines by point. */
export interface ResultFile {
  readonly file: string;
  readonly header: SweepHeader;
  readonly lines: ReadonlyMap<number, string>;
}

/** Says at once where a result could not be written later. Leaves what is there as it is. */
export function refuseUnwritable(file: string): void {
  const before = statusOf(file);
  if (before?.isDirectory()) throw inputError('file-unwritable', { file, reason: 'it is a folder' });
  const target = isSpecial(file) ? file : `${file}.unfinished`;
  try {
    closeSync(openSync(target, target === file ? 'w' : 'a'));
    if (target !== file) rmSync(target);
  } catch (error) {
    throw inputError('file-unwritable', { file, reason: reasonOf(error) });
  }
}

/** Writes header and records, whole or not at all. A full disk is an InputError, and nothing is left half-written. */
export function writeResultFile(file: string, header: SweepHeader, lines: Iterable<string>): void {
  const target = isSpecial(file) ? file : `${file}.unfinished`;
  try {
    const fd = openSync(target, 'w');
    try {
      let waiting = `${JSON.stringify(header)}\n`;
      for (const line of lines) {
        waiting += `${line}\n`;
        if (waiting.length < 1 << 16) continue;
        writeWhole(fd, waiting);
        waiting = '';
      }
      writeWhole(fd, waiting);
    } finally {
      closeSync(fd);
    }
    if (target !== file) renameSync(target, file);
  } catch (error) {
    if (target !== file) rmSync(target, { force: true });
    if (!(error instanceof Error && 'code' in error)) throw error;
    throw inputError('file-unwritable', { file, reason: reasonOf(error) });
  }
}

/** Reads a result file; what is none is an InputError with its line. */
export function readResultFile(file: string): ResultFile {
  const text = readWhole(file);
  const [first = '', ...rest] = text.split('\n').filter((line) => line !== '');
  const header = headerSchema.safeParse(json(first, file, 1));
  if (!header.success)
    throw inputError(
      'sweep-results',
      { problem: 'is no result of a sweep: its first line is no header' },
      { position: { file, line: 1 } },
    );
  const lines = new Map<number, string>();
  for (const [index, line] of rest.entries()) {
    const record = recordSchema.safeParse(json(line, file, index + 2));
    if (!record.success || record.data.point >= header.data.points)
      throw inputError(
        'sweep-results',
        { problem: 'is no point of this sweep' },
        { position: { file, line: index + 2 } },
      );
    lines.set(record.data.point, line);
  }
  return { file, header: header.data, lines };
}

/** One line of a result file. */
export function recordLine(record: PointRecord): string {
  return JSON.stringify(record);
}

/** The result in a line of a result file that was read. */
export function resultOf(line: string): PointResult {
  const { result } = JSON.parse(line) as PointRecord;
  return result;
}

function json(text: string, file: string, line: number): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw inputError('sweep-results', { problem: 'is no JSON' }, { position: { file, line } });
  }
}

function readWhole(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT') throw inputError('file-missing', { file });
    throw inputError('file-unreadable', { file, reason: reasonOf(error) });
  }
}

function statusOf(file: string) {
  try {
    return statSync(file);
  } catch {
    return undefined;
  }
}

/** Devices and pipes are written as they are: nothing can be put in their place. */
function isSpecial(file: string): boolean {
  const facts = statusOf(file);
  return facts !== undefined && !facts.isFile() && !facts.isDirectory();
}
