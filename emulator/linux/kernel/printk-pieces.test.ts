import { describe, expect, it } from 'vitest';
import { Printk } from './printk.ts';
import { Clock } from './time.ts';

function records(pieces: readonly string[]): readonly string[] {
  const log = new Printk(new Clock());
  log.logPieces(6, pieces);
  return log.lines.map(({ text }) => text);
}

describe('a message in pieces', () => {
  it('is one record while it has room', () => {
    expect(records(['free: ', '1@0', '+2@8'])).toEqual(['free: 1@0+2@8']);
  });

  it('goes on in the next record with the whole piece that found no room', () => {
    const start = 'x'.repeat(1015);
    expect(records([start, '+1@103', '+1@107'])).toEqual([`${start}+1@103`, '+1@107']);
    expect(records([start, '+1@1271', '+1@1275'])).toEqual([start, '+1@1271+1@1275']);
  });
});
