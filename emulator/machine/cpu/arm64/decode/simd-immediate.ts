import type { SimdInstruction } from '../simd-instruction.ts';
import { bit, bits } from './fields.ts';
import { expandFloat } from './floating.ts';

const repeat = (value: bigint, widthBits: number): bigint => {
  let result = 0n;
  for (let at = 0; at < 64; at += widthBits) result |= value << BigInt(at);
  return result;
};

/** A byte for each bit of the immediate. */
function byteMask(imm8: number): bigint {
  let mask = 0n;
  for (let index = 0; index < 8; index += 1) if ((imm8 >> index) & 1) mask |= 0xffn << BigInt(8 * index);
  return mask;
}

/** Advanced SIMD modified immediate: movi, mvni, orr, bic, fmov. */
export function decodeSimdImmediate(word: number): SimdInstruction | undefined {
  if (bit(word, 11)) return undefined;
  const [q, inverted, cmode] = [bit(word, 30), bit(word, 29), bits(word, 15, 12)];
  const imm8 = bits(word, 18, 16) * 32 + bits(word, 9, 5);
  const rd = bits(word, 4, 0);
  const all = (1n << 64n) - 1n;
  const move = (value: bigint): SimdInstruction => ({
    op: 'simd-immediate',
    operation: 'move',
    q,
    rd,
    value: value & all,
  });
  const flip = (value: bigint): bigint => (inverted ? ~value & all : value);
  if (cmode < 12) {
    const wide = cmode < 8;
    const shifted = BigInt(imm8) << BigInt(8 * ((cmode >> 1) & (wide ? 3 : 1)));
    const value = repeat(shifted, wide ? 32 : 16);
    if ((cmode & 1) === 0) return move(flip(value));
    return { op: 'simd-immediate', operation: inverted ? 'bic' : 'orr', q, rd, value };
  }
  if (cmode < 14) {
    const ones = cmode === 12 ? (BigInt(imm8) << 8n) | 0xffn : (BigInt(imm8) << 16n) | 0xffffn;
    return move(flip(repeat(ones, 32)));
  }
  if (cmode === 14) return move(inverted ? byteMask(imm8) : repeat(BigInt(imm8), 8));
  if (!inverted) return move(repeat(expandFloat(imm8, 32), 32));
  return q ? move(expandFloat(imm8, 64)) : undefined;
}
