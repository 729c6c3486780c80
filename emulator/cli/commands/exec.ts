import { inputError } from '../../base/input-error.ts';
import { bootOptionTable, readBootOptions } from '../boot-options.ts';
import { type CommandIo, defineCommand, type OptionTable, type OptionValues } from '../command.ts';
import { boardCompletions } from '../completions.ts';
import { nativeOptionTable } from '../exec-native.ts';
import { faultOptionTable, readFaults } from '../fault-options.ts';
import { watchCalls, watchOptionTable } from '../watch-options.ts';

const elfGroup = 'Programs on the emulated processor:';

/** What holds for AArch64 programs only. */
const elfOptionTable = {
  env: {
    takes: 'values',
    placeholder: 'NAME=VALUE',
    describe: 'a variable of its environment (repeatable)',
    group: elfGroup,
  },
  init: { takes: 'nothing', describe: 'the program is process 1; reboot() ends the run', group: elfGroup },
  bind: {
    takes: 'values',
    placeholder: 'HOST:GUEST',
    describe: 'a file or folder of this machine, copied to the board (repeatable)',
    group: elfGroup,
  },
  sysroot: {
    takes: 'value',
    placeholder: 'FOLDER',
    describe: 'a root folder with ld.so and libraries, for dynamic programs',
    group: elfGroup,
  },
  'trace-heaps': {
    takes: 'nothing',
    describe: 'print a line for each buffer that is made or goes away, with the function that asked',
    group: elfGroup,
  },
  timeout: {
    takes: 'value',
    placeholder: 'SECONDS',
    describe: 'virtual time after which the run is stopped, with status 124',
    group: elfGroup,
  },
  'max-instructions': {
    takes: 'value',
    placeholder: 'NUMBER',
    describe: 'instructions after which the run is stopped, with status 124',
    group: elfGroup,
  },
} as const satisfies OptionTable;

/** `heapboard exec`: a program, unchanged, with a board's heaps under it: of the board's processor, or of the host. */
export const execCommand = defineCommand({
  arguments: [
    {
      name: 'input',
      describe: "a board's name, a .dts or .dtb file, or - for stdin",
      complete: boardCompletions,
    },
    { name: 'program', describe: 'the program and its arguments, behind --', many: true },
  ],
  options: {
    native: {
      takes: 'nothing',
      describe: 'run a program of this machine (docs/native.md), and not one of the board (docs/exec.md)',
    },
    user: {
      takes: 'value',
      placeholder: 'UID[:GID[:GROUP,…]]',
      describe: 'who it is on the board; root where not given',
    },
    json: {
      takes: 'nothing',
      describe: 'one JSON document on stdout (docs/native.md); what the program prints goes to stderr',
    },
    'fail-on-leak': {
      takes: 'nothing',
      describe: 'exit code 1 where the program itself ended with 0 and a buffer was left to vanish',
    },
    fault: faultOptionTable.fault,
    ...nativeOptionTable,
    ...elfOptionTable,
    ...watchOptionTable,
    ...bootOptionTable,
  },
  examples: [
    ['heapboard exec qemu-virt -- ./camera-test', 'the AArch64 binary of a board, on any host'],
    ['heapboard exec hikey --native -- ./camera-test', 'a test with the heaps of a HiKey under it'],
    ["heapboard exec rpi4 --native -- bash -c 'ls -l /dev/dma_heap'", 'a shell that sees those of a Pi'],
    ['heapboard exec hikey --native --user 1000:44 -- ctest', 'a suite as user 1000 of group 44'],
  ],
  async run([input = '', ...command], options, io) {
    if (command.length === 0) {
      throw inputError('usage', { problem: 'exec needs a program behind --; see heapboard exec --help' });
    }
    const identity = readUser(options.user);
    if (!options.native) return runOnProcessor(input, command, identity, options, io);
    const [{ boot }, { runNativeProgram }] = await Promise.all([
      import('../../whatif/boot.ts'),
      import('../exec-native.ts'),
    ]);
    const system = await boot(input, readBootOptions(options), { stdin: io.stdin });
    const document = await runNativeProgram(system, command, identity, options, io);
    if (options.json) io.out((await import('../../report/json.ts')).toJson(document));
    else io.err((await import('../../report/native-text.ts')).nativeText(document, false));
    const leaked = options['fail-on-leak'] && document.leaks.length > 0;
    return leaked && document.status === 0 ? 1 : document.status;
  },
});

/** Runs an AArch64 program on the emulated processor. */
async function runOnProcessor(
  input: string,
  command: readonly string[],
  identity: ReturnType<typeof readUser>,
  options: OptionValues<typeof elfOptionTable & typeof watchOptionTable & typeof bootOptionTable> & {
    readonly fault: readonly string[];
    readonly json: boolean;
    readonly 'fail-on-leak': boolean;
  },
  io: CommandIo,
): Promise<number> {
  const [{ boot }, { runElf }] = await Promise.all([
    import('../../whatif/boot.ts'),
    import('../exec-elf.ts'),
  ]);
  const faults = await readFaults(options.fault);
  const system = await boot(input, readBootOptions(options), { stdin: io.stdin });
  const injector = faults.length === 0 ? undefined : system.injectFaults(faults);
  const endWatch = await watchCalls(system, options, io);
  const document = await runElf(system, {
    command,
    identity,
    env: options.env,
    init: options.init,
    timeout: options.timeout,
    maxInstructions: options['max-instructions'],
    faults: injector,
    bind: options.bind,
    sysroot: options.sysroot,
    stdoutToStderr: options.json,
    traceHeaps: options['trace-heaps'] ? io.err : undefined,
  });
  await endWatch();
  if (options.json) io.out((await import('../../report/json.ts')).toJson(document));
  else io.err((await import('../../report/elf-text.ts')).elfText(document, false));
  const leaked = options['fail-on-leak'] && document.leaks.length > 0;
  return leaked && document.status === 0 ? 1 : document.status;
}

/** Reads UID[:GID[:GROUP,…]]; the group is that of the user's number where none is named. */
function readUser(value = '0') {
  const [, uid, gid, groups] = /^(\d+)(?::(\d+)(?::([\d,]*))?)?$/.exec(value) ?? [];
  if (uid === undefined) {
    const expected = 'UID[:GID[:GROUP,…]], for instance 1000:1000:44,105';
    throw inputError('bad-option', { option: 'user', value, expected });
  }
  const others = (groups ?? '').split(',').filter((group) => group !== '');
  return { uid: Number(uid), gid: Number(gid ?? uid), groups: others.map(Number) };
}
