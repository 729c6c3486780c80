import { gunzipSync } from 'node:zlib';
import { inputError } from '../../base/input-error.ts';
import type { ShownFile } from '../../report/files-text.ts';
import type { ReadFile } from '../../whatif/read-file.ts';
import { bootOptionTable, readBootOptions } from '../boot-options.ts';
import { defineCommand } from '../command.ts';
import { boardCompletions } from '../completions.ts';
import { exitCodes } from '../exit-codes.ts';

/** `heapboard cat`: what a process of root's reads on the booted board. */
export const catCommand = defineCommand({
  arguments: [
    {
      name: 'input',
      describe: "a board's name, a .dts or .dtb file, or - for stdin",
      complete: boardCompletions,
    },
    {
      name: 'path',
      describe: 'an absolute path on the booted board; a folder is listed',
      many: true,
      complete: async () => usualPaths,
    },
  ],
  options: {
    json: { takes: 'nothing', describe: 'one JSON document on stdout' },
    ...bootOptionTable,
  },
  examples: [
    ['heapboard cat hikey /proc/meminfo /proc/devices', 'two files of /proc'],
    ['heapboard cat hikey /sys/kernel/debug/cma', 'a folder: the areas that debugfs shows'],
    ['heapboard cat hikey /proc/meminfo --append-bootargs cma=64M', 'the same after another boot'],
  ],
  async run([input = '', ...paths], options, io) {
    const relative = paths.find((path) => !path.startsWith('/'));
    if (relative !== undefined) {
      throw inputError('usage', {
        problem: `"${relative}" is no absolute path on the board; it begins with /`,
      });
    }
    const bootOptions = readBootOptions(options);
    const [{ boot }, { settleUserland }, { readFile }, { filesText }, { toJson }] = await Promise.all([
      import('../../whatif/boot.ts'),
      import('../../whatif/userland/start.ts'),
      import('../../whatif/read-file.ts'),
      import('../../report/files-text.ts'),
      import('../../report/json.ts'),
    ]);
    const notice = (text: string) => io.err(`heapboard: ${text}\n`);
    const system = await boot(input, bootOptions, { notice, stdin: io.stdin });
    settleUserland(system, bootOptions);
    const reader = system.spawn({}, 'cat');
    const files = paths.map((path) => withText(readFile(reader, path)));
    io.out(options.json ? toJson({ schemaVersion: 1, files }) : filesText(files));
    return exitCodes.answer;
  },
});

const usualPaths: readonly string[] = [
  '/proc/meminfo',
  '/proc/iomem',
  '/proc/devices',
  '/proc/buddyinfo',
  '/proc/zoneinfo',
  '/proc/vmstat',
  '/proc/cmdline',
  '/proc/config.gz',
  '/dev/dma_heap',
  '/sys/firmware/devicetree/base',
  '/sys/class/dma_heap',
  '/sys/kernel/mm/cma',
  '/sys/kernel/debug/cma',
];

/** Bytes as text; what is packed, as /proc/config.gz, is unpacked, since nobody wants to see it packed. */
function withText(file: ReadFile): ShownFile {
  if (file.kind === 'folder') return file;
  const { path, kind, bytes } = file;
  const packed = bytes[0] === 0x1f && bytes[1] === 0x8b;
  return { path, kind, text: new TextDecoder().decode(packed ? gunzipSync(bytes) : bytes) };
}
