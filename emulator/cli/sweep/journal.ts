import { closeSync, existsSync, openSync, readFileSync, readSync, rmSync } from 'node:fs';
import { inputError } from '../../base/input-error.ts';
import { writeWhole } from '../../base/write-whole.ts';
import type { PointResult, SweepHeader } from '../../whatif/sweep/result.ts';

/** A line of a journal: the point's place and key, and what came of it. */
interface JournalLine {
  readonly point: number;
  readonly key: string;
  readonly result: PointResult;
}

/** Where a journal's first line says it belongs. */
export interface JournalHeader extends SweepHeader {
  readonly shard: string;
}

/**
 * The file that a sweep writes while it runs: one line for each point that is done, in the order in which they are done.
 * A sweep that was stopped, however hard, goes on from it. Only places of lines are kept in memory.
 */
export class Journal {
  readonly file: string;
  readonly #fd: number;
  readonly #places = new Map<number, readonly [start: number, length: number]>();
  #endBytes = 0;

  private constructor(file: string, fd: number) {
    this.file = file;
    this.#fd = fd;
  }

  /**
   * Opens the journal of a sweep: a new one, or with `resume` the one that is there. A journal of another sweep, or one
   * that is there and was not to be gone on with, is an InputError; so is a place that cannot be written.
   */
  static open(file: string, header: JournalHeader, resume: boolean): Journal {
    if (!resume && existsSync(file) && holdsNothing(file)) rmSync(file);
    const isThere = existsSync(file);
    if (isThere && !resume)
      throw inputError('sweep-results', {
        problem: `${file} holds the points of a sweep that was stopped; --resume goes on with it, or remove it`,
      });
    const fd = open(file, isThere ? 'r+' : 'wx+');
    const journal = new Journal(file, fd);
    if (isThere) journal.#readBack(header);
    if (journal.#endBytes === 0) journal.#append(`${JSON.stringify(header)}\n`);
    return journal;
  }

  get count(): number {
    return this.#places.size;
  }

  has(point: number): boolean {
    return this.#places.has(point);
  }

  add(point: number, key: string, result: PointResult): void {
    const line: JournalLine = { point, key, result };
    const text = `${JSON.stringify(line)}\n`;
    const start = this.#endBytes;
    this.#append(text);
    this.#places.set(point, [start, this.#endBytes - start]);
  }

  /** The result of a point that is done. */
  read(point: number): PointResult {
    const [start, length] = this.#places.get(point) ?? [0, 0];
    const bytes = Buffer.alloc(length);
    readSync(this.#fd, bytes, 0, length, start);
    const { result } = JSON.parse(bytes.toString('utf8')) as JournalLine;
    return result;
  }

  close(): void {
    closeSync(this.#fd);
  }

  /** Closes and removes it, once the result is written. */
  remove(): void {
    this.close();
    rmSync(this.file, { force: true });
  }

  #append(text: string): void {
    try {
      this.#endBytes += writeWhole(this.#fd, text, this.#endBytes);
    } catch (error) {
      throw inputError('file-unwritable', { file: this.file, reason: reasonOf(error) });
    }
  }

  /** Takes over the whole lines; a line that was being written when the sweep was killed is written anew. */
  #readBack(header: JournalHeader): void {
    const text = readFileSync(this.file);
    for (let start = 0; start < text.length; ) {
      const end = text.indexOf(10, start);
      if (end < 0) break;
      const line = parsed(text.subarray(start, end).toString('utf8'));
      if (line === undefined) break;
      if (start === 0 && JSON.stringify(line) !== JSON.stringify(header))
        throw inputError('sweep-results', {
          problem: `${this.file} is of another sweep, or of files that have changed since; remove it to begin anew`,
        });
      if (typeof line === 'object' && line !== null && 'point' in line && typeof line.point === 'number')
        this.#places.set(line.point, [start, end + 1 - start]);
      start = end + 1;
      this.#endBytes = start;
    }
  }
}

/** A header alone: the sweep ended before its first points did. */
function holdsNothing(file: string): boolean {
  return readFileSync(file).subarray(0, -1).indexOf(10) < 0;
}

function open(file: string, flags: string): number {
  try {
    return openSync(file, flags);
  } catch (error) {
    throw inputError('file-unwritable', { file, reason: reasonOf(error) });
  }
}

export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message.replace(/^\w+: (.*?),.*$/, '$1') : String(error);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
