/**
 * addend + a * b with one rounding, from ordinary arithmetic: NaN where that way is not certain, and `multiplyAdd` has to
 * be asked. Round to nearest, ties to even.
 */

const words = new Uint32Array(2);
const number = new Float64Array(words.buffer);
/** Halves a 53-bit number into two that have exact products. */
const splitter = 2 ** 27 + 1;

/** x + y, where a result that is not exact gets an odd last bit: what is rounded again then comes out right. */
function oddSum(x: number, y: number): number {
  const sum = x + y;
  if (!Number.isFinite(sum)) return Number.NaN;
  const part = sum - x;
  const lost = x - (sum - part) + (y - part);
  if (lost === 0) return sum;
  number[0] = sum;
  const low = words[0] ?? 0;
  if ((low & 1) === 1) return sum;
  // One step towards what was lost; the last bit is 0, so that only a step down borrows.
  if (lost > 0 === sum > 0) words[0] = low + 1;
  else if (low !== 0) words[0] = low - 1;
  else {
    words[0] = 0xffff_ffff;
    words[1] = (words[1] ?? 0) - 1;
  }
  return number[0] ?? 0;
}

const most = 2 ** 400;
const least = 2 ** -400;

function inRange(value: number): boolean {
  const size = Math.abs(value);
  return size < most && size > least;
}

/** For double precision. */
export function fusedDouble(addend: number, a: number, b: number): number {
  const high = a * b;
  if (high === 0 && (a === 0 || b === 0)) return addend + high;
  if (!inRange(a) || !inRange(b) || !(inRange(addend) || addend === 0)) return Number.NaN;
  const [aCut, bCut] = [a * splitter, b * splitter];
  const aHigh = aCut - (aCut - a);
  const bHigh = bCut - (bCut - b);
  const [aLow, bLow] = [a - aHigh, b - bHigh];
  const low = aLow * bLow - (high - aHigh * bHigh - aLow * bHigh - aHigh * bLow);
  const middle = addend + low;
  const middlePart = middle - addend;
  const middleLost = addend - (middle - middlePart) + (low - middlePart);
  const top = high + middle;
  const topPart = top - high;
  const topLost = high - (top - topPart) + (middle - topPart);
  const result = top + oddSum(middleLost, topLost);
  return Math.abs(result) > least ? result : Number.NaN;
}

/** For single precision: the product is exact in double. */
export function fusedSingle(addend: number, a: number, b: number): number {
  return Math.fround(oddSum(a * b, addend));
}
