import { expect, test } from 'vitest';
import { formatRange, parseRange } from './range.ts';
import { GiB, MiB } from './units.ts';

test('a range reads as base and size, in hex, decimal or with units', () => {
  expect(parseRange('0x40000000+0x2000000')).toEqual({ baseBytes: GiB, sizeBytes: 32n * MiB });
  expect(parseRange('1G+32M')).toEqual({ baseBytes: GiB, sizeBytes: 32n * MiB });
});

test('what formatRange writes, parseRange reads', () => {
  const range = { baseBytes: 0x100000000n, sizeBytes: 0x12345000n };
  expect(parseRange(formatRange(range))).toEqual(range);
});

test.each(['', '0x1000', '+1M', '1M+', '1+2+3', '-1+2', '0x1000-0x2000', '1.5G+1M'])(
  '"%s" is no range',
  (text) => {
    expect(parseRange(text)).toBeUndefined();
  },
);
