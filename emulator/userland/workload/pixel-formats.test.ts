import { describe, expect, it } from 'vitest';
import { isVariableName, parseExpression } from './expression.ts';

const value = (text: string) => parseExpression(text).evaluate(new Map());

describe('the size of an image', () => {
  it.each([
    ['imageBytes(NV12, 3840, 2160, 64, 1)', 12_441_600],
    ['imageBytes(NV12, 1920, 1080, 64, 16)', 1920 * 1088 * 1.5],
    ['imageBytes(RGBA, 1920, 1080, 64, 1)', 1920 * 1080 * 4],
    ['imageBytes(RGB565, 100, 10, 64, 1)', 256 * 10],
    ['imageBytes(RAW10, 4056, 3040, 32, 1)', 5088 * 3040],
    ['imageBytes(RAW12, 4056, 3040, 32, 1)', 6112 * 3040],
    ['imageBytes(P010, 1920, 1080, 64, 2)', 3840 * 1620],
    ['imageBytes(NV12, 17, 3, 1, 1)', 17 * 5],
    ['lineBytes(RAW10, 4056, 1)', 5070],
    ['lineBytes(RGB888, 101, 4)', 304],
  ])('%s is %i', (text, bytes) => {
    expect(value(text)).toBe(BigInt(bytes));
  });

  it('needs a format that there is', () => {
    expect(() => value('imageBytes(99, 1, 1, 1, 1)')).toThrow(/99 is no pixel format; known are NV12, /);
    expect(() => value('imageBytes(NV12, 0 - 1, 1, 1, 1)')).toThrow(/no width or height/);
    expect(() => value('lineBytes(NV12, 5, 0)')).toThrow(/division by zero/);
  });

  it('leaves no room for a variable of that name', () => {
    expect(isVariableName('NV12')).toBe(false);
    expect(isVariableName('imageBytes')).toBe(false);
    expect(parseExpression('NV12 + width').names).toEqual(new Set(['width']));
  });
});

describe('random numbers of formulas', () => {
  it('are the same for the same number, and below the bound', () => {
    const some = Array.from({ length: 50 }, (_, which) => Number(value(`randomBelow(${which}, 7)`)));
    expect(some).toEqual(Array.from({ length: 50 }, (_, which) => Number(value(`randomBelow(${which}, 7)`))));
    expect(new Set(some).size).toBe(7);
    expect(Math.max(...some)).toBe(6);
    expect(Math.min(...some)).toBe(0);
  });
});
