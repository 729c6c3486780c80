import type * as z from 'zod';

type Json = z.core.util.JSONType;

/** Fields that vary from run to run, or whose figures do. */
const varyingField = /^(memfree|cmafree|memtotal)(_|$)/i;
const unseenFields = new Set(['oom_log']);
/** Page frames, and offsets made from them; negative where the probe could not see the page. */
const frameFields = new Set(['pfn', 'pfn_off', 'first_off', 'off', 'next1_off']);
/** Sequences in which a negative number is a page that could not be seen. */
const sequenceFields = new Set(['ops']);

/** Stands for what the probe could not see; equal to anything. */
export const unseen = '(not visible)';

/** Whether a field is compared at all. */
export function isCompared(field: string): boolean {
  return !varyingField.test(field) && !unseenFields.has(field);
}

/** The report of the OOM killer: free memory, caches and tasks of that moment. */
export function isOomReport(value: unknown): boolean {
  return (
    Array.isArray(value) &&
    value.some((line) => typeof line === 'string' && line.includes('invoked oom-killer:'))
  );
}

function withoutUnseen(value: Json): Json {
  if (typeof value === 'number') return value < 0 ? unseen : value;
  return Array.isArray(value) ? value.map(withoutUnseen) : value;
}

/** A field's value with all that varies from run to run taken out; texts still hold their inode numbers. */
export function masked(field: string, value: Json): Json {
  if (frameFields.has(field) || sequenceFields.has(field)) return withoutUnseen(value);
  if (typeof value === 'string') return maskedText(value);
  if (Array.isArray(value)) return value.map((item) => masked(field, item));
  if (value === null || typeof value !== 'object') return value;
  const kept = Object.entries(value).filter(([name]) => isCompared(name));
  return Object.fromEntries(kept.map(([name, item]) => [name, masked(name, item)]));
}

const keptOfSmaps = /^(?:Size|Rss|VmFlags):/;

function maskedText(text: string): string {
  const lines = text.split('\n');
  const isSmaps = lines.some((line) => line.startsWith('KernelPageSize:'));
  return (isSmaps ? lines.filter((line, index) => index === 0 || keptOfSmaps.test(line)) : lines)
    .map((line) =>
      line
        .replace(/^mnt_id:\t\d+$/, 'mnt_id:\t#')
        .replace(/ 00:[0-9a-f]{2} /, ' 00:## ')
        .replace(/^(lock:\t\d+: .*) \d+ 00:[0-9a-f]{2}:/, '$1 (pid) 00:##:')
        .replace(/:\[\d+\]$/, ':[#]')
        .replace(/\b(?:0x)?ffff[0-9a-f]{12}\b/g, '(pointer)')
        .replace(/\bpid:? \d+|\[\d+\](?=:)/gi, '(pid)'),
    )
    .join('\n');
}

const inodePatterns: readonly RegExp[] = [
  /^(ino:\t)(\d+)$/m,
  /^(lock:.* 00:##:)(\d+)/m,
  /^( [r-][w-][x-][sp] [0-9a-f]+ 00:## )(\d+)/m,
  /^((?:[0-9a-f]{8}\t){4}[^\t]+\t)(\d{8})\t/m,
];

/** The first inode number inside a masked text. */
export function inodeIn(text: string): number | undefined {
  for (const pattern of inodePatterns) {
    const found = pattern.exec(text)?.[2];
    if (found !== undefined) return Number(found);
  }
  return undefined;
}

/** A masked text with its inode numbers counted from `first`. */
export function withRelativeInodes(text: string, first: number): string {
  return inodePatterns.reduce(
    (result, pattern) =>
      result.replace(new RegExp(pattern, 'gm'), (whole, before: string, inode: string) =>
        whole.replace(`${before}${inode}`, `${before}#${Number(inode) - first}`),
      ),
    text,
  );
}
