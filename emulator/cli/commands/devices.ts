import { inputError } from '../../base/input-error.ts';
import { nearNames } from '../../base/near-names.ts';
import { MiB, parseSize } from '../../base/units.ts';
import { bootOptionTable, readBootOptions } from '../boot-options.ts';
import { defineCommand } from '../command.ts';
import { boardCompletions } from '../completions.ts';
import { exitCodes } from '../exit-codes.ts';

/** `heapboard devices`: which region each device gets, and where its own memory would come from. */
export const devicesCommand = defineCommand({
  arguments: [
    {
      name: 'input',
      describe: "a board's name, a .dts or .dtb file, or - for stdin",
      complete: boardCompletions,
    },
    {
      name: 'node',
      describe: 'paths of nodes; every device that does DMA where none is given',
      optional: true,
      many: true,
    },
  ],
  options: {
    size: { takes: 'value', placeholder: 'SIZE', describe: 'what each driver asks for; 8M where not given' },
    json: { takes: 'nothing', describe: 'one JSON document on stdout (docs/devices.md)' },
    ...bootOptionTable,
  },
  examples: [
    ['heapboard devices hikey', 'what every device of a HiKey gets'],
    ['heapboard devices db845c /soc@0/video-codec@aa00000 --size 32M', 'one device, and more memory'],
  ],
  async run([input = '', ...nodes], options, io) {
    const [{ boot }, { settleUserland }, { askDevices }] = await Promise.all([
      import('../../whatif/boot.ts'),
      import('../../whatif/userland/start.ts'),
      import('../../whatif/devices/devices.ts'),
    ]);
    const sizeBytes = options.size === undefined ? 8n * MiB : parseSize(options.size);
    if (sizeBytes === undefined || sizeBytes === 0n) {
      const expected = 'a size above 0, such as 8M';
      throw inputError('bad-option', { option: 'size', value: options.size ?? '', expected });
    }
    const bootOptions = readBootOptions(options);
    const system = await boot(input, bootOptions, { stdin: io.stdin });
    settleUserland(system, bootOptions);
    const { tree } = system.running.handoff;
    const unknown = nodes.find((path) => tree.node(path) === undefined);
    if (unknown !== undefined) {
      const known = [...tree.root.walk()].map(({ path }) => path);
      throw inputError('subject-unknown', {
        name: unknown,
        near: nearNames(unknown, known),
        known: nodeHint,
      });
    }
    const devices = askDevices(system, { sizeBytes, nodes });
    if (options.json) {
      const { devicesDocument } = await import('../../report/devices-json.ts');
      const document = devicesDocument(system.board?.name ?? null, sizeBytes, devices);
      io.out((await import('../../report/json.ts')).toJson(document));
    } else io.out((await import('../../report/devices-text.ts')).devicesText(devices, sizeBytes, io.colours));
    return exitCodes.answer;
  },
});

const nodeHint = ["the nodes of 'heapboard dts'"];
