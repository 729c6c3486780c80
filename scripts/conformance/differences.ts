import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import * as z from 'zod';
import type { Fact } from './fact.ts';

const entrySchema = z.strictObject({
  /** Which half of the comparison it is about. */
  part: z.enum(['boots', 'syscalls']),
  /** What is compared: `heaps`, `log`, …, of calls `case.field`. */
  field: z.string(),
  /** Only facts whose item or either side contains this text. */
  containing: z.string().optional(),
  /** Why it differs. */
  cause: z.string().min(1),
  /** `kernel/name` of each boot. */
  records: z.array(z.string().regex(/^[^/]+\/[^/]+$/)).min(1),
});

const listSchema = z.strictObject({ differences: z.array(entrySchema) });

type Entry = z.infer<typeof entrySchema>;

/** The differences that are expected. The list may only shrink: an entry for what does not differ is an error. */
export class ExpectedDifferences {
  readonly #entries: readonly Entry[];
  readonly #met = new Set<string>();

  constructor(entries: readonly Entry[]) {
    this.#entries = entries;
  }

  /** Reads the list of a file. */
  static read(file: string): ExpectedDifferences {
    const parsed = listSchema.safeParse(parse(readFileSync(file, 'utf8')));
    if (!parsed.success) throw new Error(`${file}: ${z.prettifyError(parsed.error)}`);
    return new ExpectedDifferences(parsed.data.differences);
  }

  /** Whether a difference of a record is expected; remembers that it was met. */
  meet(record: string, difference: Fact): boolean {
    const found = this.#entries.flatMap((entry, index) =>
      entry.records.includes(record) && covers(entry, difference) ? [index] : [],
    );
    for (const index of found) this.#met.add(`${index} ${record}`);
    return found.length > 0;
  }

  /** What is listed for these records in one part of the comparison and did not differ, one line each. */
  unmet(part: string, replayed: ReadonlySet<string>): readonly string[] {
    return this.#entries.flatMap((entry, index) =>
      entry.records
        .filter(
          (record) => entry.part === part && replayed.has(record) && !this.#met.has(`${index} ${record}`),
        )
        .map(
          (record) =>
            `${record}: ${entry.field}${entry.containing === undefined ? '' : ` (${entry.containing})`}`,
        ),
    );
  }
}

function covers(entry: Entry, difference: Fact): boolean {
  const { containing } = entry;
  if (entry.field !== difference.field) return false;
  return (
    containing === undefined ||
    [difference.item, difference.recorded, difference.emulated].some((text) => text.includes(containing))
  );
}
