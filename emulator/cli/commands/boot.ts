import { bootText } from '../../report/boot-text.ts';
import { toJson } from '../../report/json.ts';
import { boot } from '../../whatif/boot.ts';
import { settleUserland } from '../../whatif/userland/start.ts';
import { bootOptionTable, readBootOptions } from '../boot-options.ts';
import { defineCommand } from '../command.ts';
import { boardCompletions } from '../completions.ts';
import { exitCodes } from '../exit-codes.ts';
import { heapDriverOption, withHeapDrivers } from '../heap-driver-option.ts';
import { requestPicture, svgOptionTable } from '../svg-option.ts';

/** `heapboard boot`: one boot and what came of it. */
export const bootCommand = defineCommand({
  arguments: [
    {
      name: 'input',
      describe: "a board's name, a .dts or .dtb file, or - for stdin",
      complete: boardCompletions,
    },
  ],
  options: {
    json: { takes: 'nothing', describe: 'one JSON document on stdout (docs/boot-json.md)' },
    dmesg: { takes: 'nothing', describe: 'the kernel log as well, as dmesg prints it' },
    console: {
      takes: 'nothing',
      describe: 'what a console shows of the log: by quiet, loglevel=, earlycon and the like',
    },
    'expect-booted': { takes: 'nothing', describe: 'exit code 1 where the boot ends in a panic' },
    ...svgOptionTable,
    'heap-driver': heapDriverOption,
    ...bootOptionTable,
  },
  examples: [
    ['heapboard boot hikey', 'which heaps a HiKey offers'],
    ['heapboard boot hikey --append-bootargs cma=64M --dmesg', 'what cma= does to them, with the kernel log'],
    ['heapboard boot hikey --append-bootargs quiet --console', 'what the serial console shows of the boot'],
    ['heapboard boot hikey --svg memory.svg', 'the map of its memory as a picture'],
    ['heapboard boot board.dtb --memory 0x0+1G --memory 4G+1G', 'a blob whose RAM the boot loader fills in'],
    [
      'heapboard boot hi3660-hikey960.dtb --board hikey960 --json',
      "a file with a board's profile, for programs",
    ],
    ['heapboard boot - < board.dts', 'a source from stdin'],
  ],
  async run([input = ''], options, io) {
    const bootOptions = await withHeapDrivers(readBootOptions(options), options['heap-driver']);
    const writePicture = await requestPicture(options.svg);
    const notice = (text: string) => io.err(`heapboard: ${text}\n`);
    const system = await boot(input, bootOptions, { notice, stdin: io.stdin });
    settleUserland(system, bootOptions);
    const summary = system.summary();
    const dmesg = options.dmesg ? system.dmesg : undefined;
    const console = options.console ? system.console : undefined;
    if (console !== undefined && !system.environment.log.console.isRegistered)
      notice(
        'the kernel died before its console came, which shows nothing then; earlycon brings one earlier',
      );
    if (options.json) io.out(toJson(console === undefined ? summary : { ...summary, console }));
    else io.out(bootText(summary, { colours: io.colours, dmesg, console }));
    if (options.svg !== undefined) {
      const { bootPicture } = await import('../../report/boot-picture.ts');
      await writePicture(() => bootPicture(summary, system.environment.handoff).svg);
    }
    return options['expect-booted'] && !system.booted ? exitCodes.expectationFailed : exitCodes.answer;
  },
});
