import { formatSize } from '../base/units.ts';

const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

/** A size for tables: exact while that takes four digits at most, else rounded to two decimals of a larger unit. */
export function peopleSize(bytes: bigint | number | string): string {
  const exact = formatSize(BigInt(bytes));
  if (/^\d{1,4} /.test(exact)) return exact;
  let value = Number(bytes);
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${value.toFixed(2)} ${units[unit]}`;
}
