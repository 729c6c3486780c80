import { inputError } from '../../base/input-error.ts';
import { looksLikeDmesg, readDmesg } from './dmesg.ts';
import type { FieldFacts, FieldFile, FieldKind } from './facts.ts';
import { looksLikeIomem, readIomem } from './iomem.ts';
import { looksLikeMeminfo, readMeminfo } from './meminfo.ts';

interface Format {
  readonly kind: FieldKind;
  readonly what: string;
  readonly looksRight: (text: string) => boolean;
  readonly read: (text: string, file: string) => FieldFacts;
}

const formats: readonly Format[] = [
  { kind: 'dmesg', what: "a kernel's log", looksRight: looksLikeDmesg, read: readDmesg },
  { kind: 'iomem', what: '/proc/iomem', looksRight: looksLikeIomem, read: readIomem },
  { kind: 'meminfo', what: '/proc/meminfo', looksRight: looksLikeMeminfo, read: readMeminfo },
];

/**
 * Reads a file from a machine. Its kind is found by what it holds where nobody says it. A file that is nothing of the
 * kind, or that was cut off, is an InputError.
 */
export function readFieldFile(text: string, file: string, kind?: FieldKind): FieldFile {
  const format = formats.find((one) => (kind === undefined ? one.looksRight(text) : one.kind === kind));
  if (format === undefined || !format.looksRight(text)) {
    const expected = format?.what ?? formats.map(({ what }) => what).join(' nor ');
    const problem = `${file}: is ${kind === undefined ? 'neither' : 'not'} ${expected}`;
    throw inputError('field-report-poor', { problem });
  }
  return { file, kind: format.kind, facts: format.read(text, file) };
}
