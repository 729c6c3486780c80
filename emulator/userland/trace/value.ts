/** What an argument or a result of a call is in a trace: JSON, with numbers beyond 2^53 as `0x…`. */
export type TraceValue =
  | number
  | string
  | boolean
  | null
  | readonly TraceValue[]
  | { readonly [name: string]: TraceValue };

/** A number that fits into a trace. */
export function traceNumber(value: number | bigint): number | string {
  if (typeof value === 'number')
    return Number.isSafeInteger(value) ? value : `0x${BigInt(value).toString(16)}`;
  const isSmall = value >= -(2n ** 53n) && value <= 2n ** 53n;
  return isSmall ? Number(value) : `0x${BigInt.asUintN(64, value).toString(16)}`;
}

/** Reads a number of a trace: a JSON number, or a text of digits; undefined for anything else. */
export function numberOf(value: TraceValue | undefined): bigint | undefined {
  if (typeof value === 'number' && Number.isInteger(value)) return BigInt(value);
  if (typeof value !== 'string') return undefined;
  const [, sign, digits] = /^(-?)(0x[0-9a-f]+|\d+)$/i.exec(value) ?? [];
  if (digits === undefined) return undefined;
  const isOctal = /^0[0-7]+$/.test(digits);
  const magnitude = BigInt(isOctal ? `0o${digits.slice(1)}` : digits);
  return sign === '-' ? -magnitude : magnitude;
}

/** Whether a value has named parts. */
export function isRecord(value: TraceValue | undefined): value is { readonly [name: string]: TraceValue } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Bytes as text where they are plain ASCII, and as `hex:…` otherwise. */
export function bytesToTrace(bytes: Uint8Array): string {
  const plain = bytes.every((byte) => (byte >= 0x20 && byte < 0x7f) || byte === 0x0a || byte === 0x09);
  if (plain) {
    const text = new TextDecoder().decode(bytes);
    if (!text.startsWith('hex:')) return text;
  }
  return `hex:${[...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}

export function bytesFromTrace(text: string): Uint8Array {
  if (!text.startsWith('hex:')) return new TextEncoder().encode(text);
  const digits = text.slice(4).match(/[0-9a-f]{2}/gi) ?? [];
  return Uint8Array.from(digits, (pair) => Number.parseInt(pair, 16));
}
