import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isVariableName, parseExpression } from './expression.ts';

function value(text: string | number, scope: Record<string, bigint> = {}): bigint {
  return parseExpression(text).evaluate(new Map(Object.entries(scope)));
}

describe('a formula', () => {
  test('multiplies before it adds, and minds parentheses', () => {
    expect(value('2 + 3 * 4')).toBe(14n);
    expect(value('(2 + 3) * 4')).toBe(20n);
  });

  test('reads units and hexadecimal numbers', () => {
    expect(value('64M')).toBe(64n * 1024n * 1024n);
    expect(value('4KiB + 0x10')).toBe(4112n);
    expect(value(4096)).toBe(4096n);
  });

  test('is exact beyond what a double holds', () => {
    expect(value('2 ** 64 - 4096')).toBe(18446744073709547520n);
    expect(value('18446744073709551615')).toBe(18446744073709551615n);
  });

  test('is refused where its value would fill the memory, or its text the stack', () => {
    expect(() => value('(((((2 ** 64) ** 64) ** 64) ** 64) ** 64) ** 64')).toThrow('is beyond 256 bits');
    expect(() => parseExpression('1+'.repeat(20_000))).toThrow('has 1000 characters at most, not 40000');
  });

  test('takes the values of variables and says which it reads', () => {
    const formula = parseExpression('alignUp(width * 4, 64) * height');
    expect([...formula.names]).toEqual(['width', 'height']);
    expect(
      formula.evaluate(
        new Map([
          ['width', 1366n],
          ['height', 768n],
        ]),
      ),
    ).toBe(5504n * 768n);
  });

  test('knows its functions', () => {
    expect(value('alignDown(100, 64) + ceilDiv(5, 2) + min(1, 2) + max(1, 2)')).toBe(64n + 3n + 1n + 2n);
  });

  test('compares and chooses', () => {
    expect(value('i % 2 == 0 && !(i > 4)', { i: 2n })).toBe(1n);
    expect(value('i % 2 == 0', { i: 3n })).toBe(0n);
    expect(value('i < 2 ? 10 : 20', { i: 2n })).toBe(20n);
  });

  test('alignUp gives the next multiple and nothing less', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: 1n << 40n }),
        fc.bigInt({ min: 1n, max: 1n << 20n }),
        (a, step) => {
          const aligned = value('alignUp(a, step)', { a, step });
          expect(aligned % step).toBe(0n);
          expect(aligned >= a && aligned - a < step).toBe(true);
        },
      ),
    );
  });
});

describe('what is no formula is refused', () => {
  test.each([
    ['64Q', '"64Q" is no number'],
    ['1.5', 'no whole number'],
    ['a +', 'is no formula'],
    ['a; b', 'is no formula'],
    ['"text"', 'no whole number'],
    ['constructor()', 'known functions are alignUp(a, b)'],
    ['alignUp(1)', 'known functions are alignUp(a, b)'],
    ['a.b', 'no formula over whole numbers'],
    ['~a', 'no operator ~'],
  ])('%s', (text, message) => {
    expect(() => parseExpression(text)).toThrow(message);
  });

  test('an unknown variable names the known ones', () => {
    expect(() => value('widht * 4', { width: 1n, height: 2n })).toThrow(
      'unknown variable "widht"; known are width, height',
    );
  });

  test('a division by zero and an absurd power', () => {
    expect(() => value('1 / 0')).toThrow('division by zero');
    expect(() => value('alignUp(1, 0)')).toThrow('division by zero');
    expect(() => value('2 ** 1000000')).toThrow('no exponent');
  });
});

test('functions are no variables', () => {
  expect(isVariableName('width')).toBe(true);
  expect(isVariableName('max')).toBe(false);
  expect(isVariableName('1st')).toBe(false);
});
