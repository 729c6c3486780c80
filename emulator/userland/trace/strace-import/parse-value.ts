import { bytesToTrace, type TraceValue } from '../value.ts';
import { splitList } from './parse-line.ts';

/** An argument as strace writes it, and what it says the kernel left there (`{… => …}`). */
export interface ParsedValue {
  readonly value: TraceValue;
  readonly out?: TraceValue;
}

/** Reads an argument: a number, words, a string or a struct. Descriptors lose their `<path>`. */
export function parseValue(given: string): ParsedValue {
  const text = given.replace(/ *\/\*.*?\*\//g, '').trim();
  if (text.startsWith('"')) return { value: unquoted(text) };
  if (text.startsWith('{')) return parseStruct(text);
  if (text === 'NULL') return { value: 0 };
  const [, number] = /^(-?\d+)(?:<.*>(?:\(deleted\))?)?$/.exec(text) ?? [];
  if (number !== undefined && !/^0\d/.test(number)) return { value: Number(number) };
  return { value: text.replace(/<[^>]*>(?:\(deleted\))?$/, '') };
}

function parseStruct(text: string): ParsedValue {
  const inner = text.replace(/^\{/, '').replace(/\}$/, '');
  const [before = '', after] = inner.split(' => ');
  const value = record(before);
  return after === undefined ? { value } : { value, out: record(after.replace(/^\{|\}$/g, '')) };
}

function record(text: string): TraceValue {
  const fields = splitList(text).flatMap((part): readonly (readonly [string, TraceValue])[] => {
    const [, name, value] = /^(\w+)=(.*)$/s.exec(part) ?? [];
    return name === undefined || value === undefined ? [] : [[name, parseValue(value).value]];
  });
  return Object.fromEntries(fields);
}

const escapes: Readonly<Record<string, number>> = { n: 10, t: 9, r: 13, v: 11, f: 12, '"': 34, '\\': 92 };

/** The text between quotes; what strace has cut off is gone. */
function unquoted(text: string): string {
  const bytes: number[] = [];
  for (let at = 1; at < text.length && text[at] !== '"'; at += 1) {
    if (text[at] !== '\\') {
      bytes.push(...new TextEncoder().encode(text[at]));
      continue;
    }
    const [, hex, octal] = /^\\(?:x([0-9a-f]{2})|([0-7]{1,3}))/.exec(text.slice(at, at + 4)) ?? [];
    if (hex !== undefined || octal !== undefined) {
      bytes.push(hex === undefined ? Number.parseInt(octal ?? '0', 8) : Number.parseInt(hex, 16));
      at += hex === undefined ? (octal ?? '').length : 3;
    } else {
      at += 1;
      bytes.push(escapes[text[at] ?? ''] ?? 0);
    }
  }
  return bytesToTrace(Uint8Array.from(bytes));
}
