/** Bits `high` to `low` of a word. */
export function bits(word: number, high: number, low: number): number {
  return (word >>> low) & (2 ** (high - low + 1) - 1);
}

export function bit(word: number, index: number): boolean {
  return ((word >>> index) & 1) !== 0;
}

/** Bits `high` to `low` as a signed number. */
export function signedBits(word: number, high: number, low: number): number {
  const width = high - low + 1;
  const value = bits(word, high, low);
  return value >= 2 ** (width - 1) ? value - 2 ** width : value;
}

const ones = (count: number): bigint => (1n << BigInt(count)) - 1n;

/**
 * DecodeBitMasks(): the immediate of logical instructions, a run of ones, rotated, repeated in elements of a power of
 * two; undefined where the fields stand for none.
 */
export function logicalMask(
  n: number,
  imms: number,
  immr: number,
  registerBits: 32 | 64,
): bigint | undefined {
  const combined = (n << 6) | (~imms & 0x3f);
  const length = 31 - Math.clz32(combined);
  if (length < 1) return undefined;
  const elementBits = 1 << length;
  if (elementBits > registerBits) return undefined;
  const levels = elementBits - 1;
  const run = imms & levels;
  if (run === levels) return undefined;
  const rotate = BigInt(immr & levels);
  const width = BigInt(elementBits);
  const element = ones(run + 1);
  const rotated = ((element >> rotate) | (element << (width - rotate))) & ones(elementBits);
  let mask = 0n;
  for (let at = 0n; at < BigInt(registerBits); at += width) mask |= rotated << at;
  return mask;
}
