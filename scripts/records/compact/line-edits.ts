import { diffArrays } from 'diff';
import * as z from 'zod';

/** At line `index` of the old text (from 0), `removed` lines make way for `added`. */
export const lineEditSchema = z.tuple([z.int().min(0), z.int().min(0), z.array(z.string())]);

export type LineEdit = z.infer<typeof lineEditSchema>;

/** The edits that turn one text into another, by whole lines, in order. */
export function editsBetween(before: string, after: string): LineEdit[] {
  const edits: LineEdit[] = [];
  let line = 0;
  let open: LineEdit | undefined;
  for (const change of diffArrays(before.split('\n'), after.split('\n'))) {
    if (!change.added && !change.removed) {
      line += change.value.length;
      open = undefined;
      continue;
    }
    if (open === undefined) {
      open = [line, 0, []];
      edits.push(open);
    }
    if (change.added) open[2].push(...change.value);
    else {
      open[1] += change.value.length;
      line += change.value.length;
    }
  }
  return edits;
}

/** Applies edits made by `editsBetween` to the text they were made from. */
export function applyEdits(before: string, edits: readonly LineEdit[]): string {
  const lines = before.split('\n');
  for (const [index, removed, added] of [...edits].reverse()) lines.splice(index, removed, ...added);
  return lines.join('\n');
}
