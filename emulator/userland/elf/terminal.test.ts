import { describe, expect, it } from 'vitest';
import { compileForAarch64, hasCrossCompiler } from '../../testing/cross-compiler.ts';
import { runElfOn } from '../../testing/run-elf.ts';

const wanted = hasCrossCompiler() ? describe : describe.skip;

wanted('a program at a terminal', () => {
  it('is told that it is one, and given lines, characters, signals and the end', async () => {
    let shown = '';
    let type = (_bytes: Uint8Array): void => {};
    const show = (bytes: Uint8Array): void => {
      shown += new TextDecoder().decode(bytes);
    };
    const typed = ['hel\x7flo\r', 'k', '\x03', '\x04'];
    const seen = await runElfOn('qemu-virt', compileForAarch64('fixtures/aarch64/terminal.c'), {
      console: {
        read: () => new Uint8Array(0),
        write: (_stream, bytes) => show(bytes),
        terminal: {
          streams: new Set(['stdout']),
          size: () => ({ rows: 25, columns: 100 }),
          attach: (receive) => {
            type = receive;
          },
          write: show,
        },
      },
      limits: {
        awaitInput: async () => {
          const next = typed.shift();
          if (next === undefined) return 15;
          type(new TextEncoder().encode(next));
          return undefined;
        },
      },
    });
    expect(shown.split('\n')).toEqual([
      '1 1 0',
      '25 rows of 100, icanon 1',
      'hel\b \blo',
      'line of 5: helo',
      'poll at once 0',
      'poll 1, 1 bytes: k',
      'read -1, signal 2',
      'read in time 0',
      'end 0',
      '',
    ]);
    expect(seen).toMatchObject({ end: 'ended', exitCode: 0 });
  });

  it('does not wait for input that nobody can type', async () => {
    const seen = await runElfOn('qemu-virt', compileForAarch64('fixtures/aarch64/terminal.c'), {
      console: {
        read: () => new Uint8Array(0),
        write: () => {},
        terminal: {
          streams: new Set(['stdout']),
          size: () => ({ rows: 1, columns: 1 }),
          attach: () => {},
          write: () => {},
        },
      },
    });
    expect(seen.end).toBe('stuck');
  });
});
