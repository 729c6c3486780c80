import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { inputError } from '../../base/input-error.ts';
import { type FieldFile, type FieldKind, fieldKinds } from '../../whatif/import/facts.ts';
import type { ImportedBoard } from '../../whatif/import/import-board.ts';
import { defineCommand } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { importTrace } from '../import-trace.ts';
import { writeOutput } from '../output-file.ts';
import { readText } from '../read-text.ts';

/** `heapboard import`: a board made of what a real machine says of itself. */
export const importCommand = defineCommand({
  arguments: [
    {
      name: 'kind-or-file',
      describe:
        "dmesg, iomem or meminfo, then files of that kind; a file's kind is found where none is said. Or strace and a file",
      many: true,
      complete: async () => [...fieldKinds, 'strace'],
    },
  ],
  options: {
    output: {
      takes: 'value',
      letter: 'o',
      placeholder: 'FOLDER',
      describe:
        'write board.yaml and the devicetree source into a folder, which can be booted; for strace, the record into a file',
    },
    json: { takes: 'nothing', describe: 'one JSON document on stdout (docs/import.md)' },
  },
  examples: [
    ['heapboard import dmesg boot.log', 'what a log lets be known of a machine, and what not'],
    [
      'heapboard import dmesg boot.log iomem iomem.txt meminfo meminfo.txt -o field',
      'the more files, the more is known; then: heapboard boot field',
    ],
    [
      'heapboard import boot.log -o field && heapboard explain field linux,cma',
      'why it is as it is out there',
    ],
    [
      'heapboard import strace trace.txt -o trace.jsonl',
      'the output of `strace -f` as a record for `heapboard replay`',
    ],
  ],
  async run(given, options, io) {
    if (given[0] === 'strace') return importTrace(given.slice(1), options, io);
    const [{ importBoard }, { readFieldFile }] = await Promise.all([
      import('../../whatif/import/import-board.ts'),
      import('../../whatif/import/read.ts'),
    ]);
    const named = filesOf(given);
    const files: FieldFile[] = [];
    for (const { file, kind } of named) {
      files.push(readFieldFile(await readText(file, 'a file from a machine'), file, kind));
    }
    const board = await importBoard(files);
    if (options.output !== undefined) await save(board, options.output);
    if (options.json) {
      const { importDocument } = await import('../../report/import-json.ts');
      const { toJson } = await import('../../report/json.ts');
      io.out(toJson(importDocument(board)));
    } else {
      const { importText } = await import('../../report/import-text.ts');
      io.out(importText(board, { colours: io.colours, saved: options.output }));
    }
    return exitCodes.answer;
  },
});

/** Files, each with the kind that was last named before it. */
function filesOf(
  words: readonly string[],
): readonly { readonly file: string; readonly kind: FieldKind | undefined }[] {
  let kind: FieldKind | undefined;
  const files = words.flatMap((word) => {
    const named = fieldKinds.find((one) => one === word);
    if (named === undefined) return [{ file: word, kind }];
    kind = named;
    return [];
  });
  if (files.length > 0) return files;
  throw inputError('usage', { problem: 'import needs a file; see heapboard import --help' });
}

async function save({ name, profile, tree }: ImportedBoard, folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw inputError('file-unwritable', { file: folder, reason });
  }
  await writeOutput(join(folder, `${name}.dts`), tree);
  await writeOutput(join(folder, 'board.yaml'), profile);
}
