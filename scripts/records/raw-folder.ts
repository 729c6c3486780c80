import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { byVersion, namesIn, parseJson, parseJsonLines, textOf } from './parse.ts';
import { type BootRecord, bootRecordSchema, callRecordSchema, type Records } from './record.ts';

/** Opens a folder as it is recorded: one file a boot, one file of calls a boot, whole configurations. */
export function openRawFolder(folder: string): Records {
  const boots = new Map<string, readonly BootRecord[]>();
  return {
    folder,
    kernels: [...new Set([...namesIn(join(folder, 'boots')), ...namesIn(join(folder, 'syscalls'))])].sort(
      byVersion,
    ),
    boots(kernel) {
      const known = boots.get(kernel);
      if (known !== undefined) return known;
      const read = namesIn(join(folder, 'boots', kernel), '.json').map((name) => {
        const file = join(folder, 'boots', kernel, `${name}.json`);
        return parseJson(bootRecordSchema, readFileSync(file, 'utf8'), file);
      });
      boots.set(kernel, read);
      return read;
    },
    boot(kernel, name) {
      return this.boots(kernel).find((boot) => boot.name === name);
    },
    callNames: (kernel) => namesIn(join(folder, 'syscalls', kernel), '.jsonl'),
    calls(kernel, name) {
      const file = join(folder, 'syscalls', kernel, `${name}.jsonl`);
      return textOf(file) === undefined ? undefined : parseJsonLines(callRecordSchema, file);
    },
    config: (name) => textOf(folder, 'kernels', `${name}.config`),
  };
}
