import { describe, expect, it } from 'vitest';
import { memparse } from './cmdline.ts';

describe('memparse', () => {
  it.each([
    ['64M', 64n << 20n, ''],
    ['0x10g', 16n << 30n, ''],
    ['010', 8n, ''],
    ['100', 100n, ''],
    ['1T@2', 1n << 40n, '@2'],
    ['64Mjunk', 64n << 20n, 'junk'],
    ['abc', 0n, 'abc'],
    ['-1', 0n, '-1'],
    ['', 0n, ''],
  ])('reads %s', (text, value, rest) => {
    expect(memparse(text)).toEqual({ value, rest });
  });

  it('keeps 64 bits', () => {
    expect(memparse('0xffffffffffffffffK').value).toBe((1n << 64n) - 1024n);
  });
});
