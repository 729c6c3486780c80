/** `0x7e000000`: the form of addresses and sizes in JSON and messages. */
export function hex(value: bigint | number): string {
  return `0x${value.toString(16)}`;
}

/** As the kernel's `%pa` prints on a 64-bit machine: `0x` and 16 digits. */
export function paddedAddress(value: bigint | number, digits = 16): string {
  return `0x${value.toString(16).padStart(digits, '0')}`;
}

export const KiB = 1024n;
export const MiB = 1024n * KiB;
export const GiB = 1024n * MiB;
export const TiB = 1024n * GiB;

export function alignUp(value: bigint, alignment: bigint): bigint {
  return ((value + alignment - 1n) / alignment) * alignment;
}

export function alignDown(value: bigint, alignment: bigint): bigint {
  return (value / alignment) * alignment;
}

/** The smaller of two addresses or sizes; Math.min() takes none of their kind. */
export function smaller(a: bigint, b: bigint): bigint {
  return a < b ? a : b;
}

/** A size for people: the largest binary unit that keeps it whole, e.g. `128 MiB`, `4 KiB`, `100 B`. */
export function formatSize(sizeBytes: bigint | number): string {
  const size = BigInt(sizeBytes);
  const units: readonly [bigint, string][] = [
    [TiB, 'TiB'],
    [GiB, 'GiB'],
    [MiB, 'MiB'],
    [KiB, 'KiB'],
  ];
  const whole = units.find(([unit]) => size >= unit && size % unit === 0n);
  return whole === undefined ? `${size} B` : `${size / whole[0]} ${whole[1]}`;
}

const suffixes: Readonly<Record<string, bigint>> = { '': 1n, k: KiB, m: MiB, g: GiB, t: TiB };

/**
 * Reads a size or address as a person writes it: `64M`, `0x4000000`, `3GiB`, `4096`.
 * Returns undefined where the text is no such number.
 */
export function parseSize(text: string): bigint | undefined {
  const match = /^(0x[0-9a-f]+|\d+)(?:([kmgt])(?:i?b)?|b)?$/i.exec(text.trim());
  const digits = match?.[1];
  if (match === null || digits === undefined) return undefined;
  const unit = suffixes[(match[2] ?? '').toLowerCase()];
  return unit === undefined ? undefined : BigInt(digits) * unit;
}
