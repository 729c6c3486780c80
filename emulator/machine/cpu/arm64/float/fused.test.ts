import { describe, expect, it } from 'vitest';
import { multiplyAdd } from './arithmetic.ts';
import { double, type FloatFormat, single } from './format.ts';
import { fusedDouble, fusedSingle } from './fused.ts';
import { FloatUnit } from './unit.ts';

const view = new DataView(new ArrayBuffer(8));

function bitsOf(value: number, of: FloatFormat): bigint {
  if (of.bits === 32) view.setFloat32(0, value);
  else view.setFloat64(0, value);
  return of.bits === 32 ? BigInt(view.getUint32(0)) : view.getBigUint64(0);
}

/** Numbers with few bits set, far and near: sums of them often lie half way between two others. */
function numbers({ bits, fractionBits }: FloatFormat) {
  let state = 1;
  const below = (limit: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
  return (): number => {
    let value = 1;
    for (let bit = below(4); bit > 0; bit -= 1) value += 2 ** -(1 + below(fractionBits));
    if (below(3) === 0) value = 2 - 2 ** -fractionBits * (1 + below(3));
    const number = (below(2) === 0 ? -1 : 1) * value * 2 ** (below(2 * fractionBits + 8) - fractionBits);
    return bits === 32 ? Math.fround(number) : number;
  };
}

describe('a fused multiplication and addition by ordinary arithmetic', () => {
  it.each([
    ['double', double, fusedDouble],
    ['single', single, fusedSingle],
  ] as const)('gives what exact arithmetic gives, rounded once: %s precision', (_name, of, fused) => {
    const next = numbers(of);
    const unit = new FloatUnit(new Int32Array(1));
    let certain = 0;
    for (let round = 0; round < 20_000; round += 1) {
      const [addend, a, b] = [next(), next(), next()];
      const own = fused(addend, a, b);
      if (Number.isNaN(own) || own === 0) continue;
      certain += 1;
      const exact = multiplyAdd(bitsOf(addend, of), bitsOf(a, of), bitsOf(b, of), of, unit);
      if (bitsOf(own, of) !== exact) expect([addend, a, b, own]).toBe(`not ${exact.toString(16)}`);
    }
    expect(certain).toBeGreaterThan(19_000);
  });
});
