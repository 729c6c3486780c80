const suffixShift: Readonly<Record<string, bigint>> = { k: 10n, m: 20n, g: 30n, t: 40n, p: 50n, e: 60n };

/** A number read from the beginning of a text, and what is left of the text. */
export interface ParsedNumber {
  readonly value: bigint;
  readonly rest: string;
}

/**
 * memparse(): a number in C notation with a size suffix. Text that is no number reads as 0; the rest is whatever
 * follows. Plays lib/cmdline.c.
 */
export function memparse(text: string): ParsedNumber {
  const digits = /^(?:0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)/.exec(text)?.[0] ?? '';
  const isOctal = /^0[0-7]+$/.test(digits);
  const number = digits === '' ? 0n : BigInt(isOctal ? `0o${digits.slice(1)}` : digits);
  const shift = suffixShift[text.charAt(digits.length).toLowerCase()];
  const value = BigInt.asUintN(64, shift === undefined ? number : number << shift);
  return { value, rest: text.slice(digits.length + (shift === undefined ? 0 : 1)) };
}
