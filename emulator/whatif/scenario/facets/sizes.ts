import * as z from 'zod';
import { formatSize, hex, parseSize } from '../../../base/units.ts';

/** A size or an address: `128M`, `0x36000000`, 4096. */
export const size = z
  .union([z.int().min(0), z.string()], 'expected a size such as 128M, or an address')
  .transform((value, context): bigint => {
    const parsed = parseSize(String(value));
    if (parsed !== undefined) return parsed;
    context.addIssue(`expected a size such as 128M, or an address, not "${value}"`);
    return z.NEVER;
  });

/** A size as messages tell it. */
export function sizeText(bytes: bigint): string {
  return `${formatSize(bytes)} (${hex(bytes)})`;
}
