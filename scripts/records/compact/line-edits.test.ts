import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyEdits, editsBetween } from './line-edits.ts';

const text = fc.array(fc.constantFrom('a', 'b', 'c', ''), { maxLength: 30 }).map((lines) => lines.join('\n'));

describe('line edits', () => {
  it('turn the one text into the other', () => {
    fc.assert(
      fc.property(text, text, (before, after) => {
        expect(applyEdits(before, editsBetween(before, after))).toBe(after);
      }),
    );
  });

  it('are none for a text against itself', () => {
    fc.assert(
      fc.property(text, (same) => {
        expect(editsBetween(same, same)).toEqual([]);
      }),
    );
  });

  it('name a changed line alone', () => {
    expect(editsBetween('a\nb\nc', 'a\nx\nc')).toEqual([[1, 1, ['x']]]);
  });
});
