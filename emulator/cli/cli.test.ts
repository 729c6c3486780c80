import { describe, expect, test } from 'vitest';
import { reportError } from './cli.ts';
import { commands } from './registry.ts';
import { runCommand } from './test-io.ts';

describe('help', () => {
  test('the overview lists every command and the exit codes', async () => {
    const { code, out, err } = await runCommand(['--help']);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    for (const name of commands.keys()) expect(out).toContain(`heapboard ${name}`);
    expect(out).toContain('Exit codes');
  });

  test('no words at all give the overview', async () => {
    expect(await runCommand([])).toEqual(await runCommand(['--help']));
  });

  test.each([...commands.keys()])('%s tells its options and examples', async (name) => {
    const { code, out } = await runCommand([name, '--help']);
    const command = await commands.get(name)?.load();
    expect(code).toBe(0);
    for (const option of Object.keys(command?.options ?? {})) expect(out).toContain(`--${option}`);
    expect(out).toContain('Examples:');
    expect(await runCommand(['help', name])).toEqual({ code, out, err: '' });
  });

  test('every example is a command line that parses', async () => {
    const { parseCommandLine } = await import('./parse.ts');
    for (const [name, entry] of commands) {
      const command = await entry.load();
      for (const [commandLine] of command.examples) {
        const line = /heapboard (.*?)\)?( [<>].*)?$/.exec(commandLine)?.[1] ?? '';
        // A blank between quotes is part of its word.
        const words = (line.match(/(?:'[^']*'|[^' ])+/g) ?? []).map((word) => word.replaceAll("'", ''));
        expect(words[0], commandLine).toBe(name);
        await expect(parseCommandLine(name, command, words.slice(1)), commandLine).resolves.toBeDefined();
      }
    }
  });
});

test('the version is that of the package', async () => {
  expect((await runCommand(['--version'])).out).toMatch(/^\d+\.\d+\.\d+\n$/);
});

describe('bad usage is one line and exit code 2', () => {
  test.each([
    [['bot', 'hikey'], 'unknown command "bot"; did you mean boot?'],
    [['frobnicate'], /^heapboard: unknown command "frobnicate"; there are boot, /],
    [['--json', 'boot', 'hikey'], /the command comes first/],
    [['help', 'bot'], 'unknown command "bot"'],
    [['boot'], 'boot needs <input>, a board'],
    [['boot', 'hikey', 'hikey960'], 'boot has no use for "hikey960"'],
    [['boot', 'hikey', '--memroy', '0+1G'], 'unknown option --memroy; did you mean --memory?'],
    [['boot', 'hikey', '--zzzzzz'], 'unknown option --zzzzzz; see heapboard boot --help'],
    [['boot', 'hikey', '-j'], 'unknown option -j'],
    [['boot', 'hikey', '--memory'], /^heapboard: .*memory/],
    [['boot', 'hikey', '--release', '6.1', '--release', '6.1'], '--release may be given only once'],
    [['boot', 'hikey', '--memory', '1G'], '--memory 1G: expected BASE+SIZE'],
    [['boot', 'hikey', '--memory', '0x0+0'], '--memory 0x0+0: expected a size above 0'],
    [['boot', 'hikey', '--kernel-image', '2M-34M'], '--kernel-image 2M-34M: expected BASE+SIZE'],
    [['boot', 'hikey', '--dtb-at', '0xffffffffffffffff+2'], 'expected a range that ends within 64 bits'],
    [['boot', 'hikey', '--seed', '-1'], '--seed'],
    [['boot', 'hikey', '--seed', '1.5'], '--seed 1.5: expected a whole number'],
    [['boards', 'x'], 'boards has no use for "x"'],
  ])('%j', async (words, message) => {
    const { code, out, err } = await runCommand(words);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(/^heapboard: .*\n$/);
    expect(err).toMatch(message);
  });
});

test('a bug of ours is exit code 3 with a stack', () => {
  let err = '';
  const io = {
    out: () => {},
    err: (text: string) => {
      err += text;
    },
    stdin: async () => new Uint8Array(),
    colours: false,
  };
  expect(reportError(new TypeError('oops'), io)).toBe(3);
  expect(err).toContain('TypeError: oops\n    at ');
});

describe('completion', () => {
  const complete = async (...words: string[]) =>
    (await runCommand(['--get-yargs-completions', 'heapboard', ...words])).out.trimEnd().split('\n');

  test('commands', async () => {
    expect(await complete('bo')).toEqual(['boot', 'boards']);
    expect(await complete('')).toEqual([...commands.keys()]);
  });

  test('boards, where an input or --board stands', async () => {
    expect(await complete('boot', 'hikey')).toEqual(expect.arrayContaining(['hikey', 'hikey960']));
    expect(await complete('boot', 'x.dtb', '--board', 'db')).toEqual(['db845c']);
    expect(await complete('boot', '--json', 'q')).toEqual(['qemu-virt']);
    expect(await complete('boot', '--release', '6.1', 'q')).toEqual(['qemu-virt']);
  });

  test('options that may still be given', async () => {
    expect(await complete('boot', 'hikey', '--me')).toEqual(['--memory']);
    expect(await complete('boot', 'hikey', '--json', '--js')).toEqual(['']);
    expect(await complete('boot', 'hikey', '--memory', '0+1G', '--me')).toEqual(['--memory']);
  });

  test('releases and policies', async () => {
    expect(await complete('boot', 'hikey', '--release', '6.12')).toEqual(['6.12']);
    expect(await complete('boot', 'hikey', '--export', '')).toEqual(['none', 'explicit', 'release', 'all']);
  });

  test('nothing, so that the shell completes files, where a file stands', async () => {
    expect(await complete('boot', 'hikey', '--config', '')).toEqual(['']);
    expect(await complete('boot', 'hikey', '')).toEqual(['']);
  });

  test('the script calls back for candidates', async () => {
    const { code, out } = await runCommand(['completion']);
    expect(code).toBe(0);
    expect(out).toContain('heapboard --get-yargs-completions');
  });
});
