import { inputError } from '../../base/input-error.ts';
import { KiB } from '../../base/units.ts';
import type { FieldFacts } from './facts.ts';

/** Reads /proc/meminfo: how much memory there is, and how much of it belongs to areas. */
export function readMeminfo(text: string, file: string): FieldFacts {
  const bytes = (name: string): bigint | undefined => {
    const [, value] = new RegExp(`^${name}: +(\\d+) kB`, 'm').exec(text) ?? [];
    return value === undefined ? undefined : BigInt(value) * KiB;
  };
  const memTotalBytes = bytes('MemTotal');
  if (memTotalBytes === undefined) {
    throw inputError('field-report-poor', { problem: `${file}: has no line "MemTotal", so it is cut off` });
  }
  return { memTotalBytes, cmaTotalBytes: bytes('CmaTotal') };
}

/** Whether a text looks like /proc/meminfo. */
export function looksLikeMeminfo(text: string): boolean {
  return /^(?:MemTotal|MemFree|MemAvailable|CmaTotal|SwapTotal): +\d+ kB/m.test(text);
}
