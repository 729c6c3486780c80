import { describe, expect, it } from 'vitest';
import { signals } from '../../uapi/signal.ts';
import { ECHO, ICANON, ISIG, IUTF8, standardTermios, type Termios } from '../../uapi/termios.ts';
import { LineDiscipline } from './n-tty.ts';

/** A terminal at which somebody types, and what comes of it. */
function terminal(change: Partial<Termios> = {}) {
  const seen = { echoed: '', signals: [] as number[] };
  const discipline = new LineDiscipline({
    echo: (bytes) => {
      seen.echoed += Buffer.from(bytes).toString('latin1');
    },
    signal: (signal) => seen.signals.push(signal),
    ready: () => {},
  });
  discipline.termios = { ...standardTermios, ...change };
  return {
    seen,
    discipline,
    type: (text: string) => discipline.receive(new TextEncoder().encode(text)),
    read: (lengthBytes = 100) => new TextDecoder().decode(discipline.read(lengthBytes)),
  };
}

const without = (flags: number): Partial<Termios> => ({ local: standardTermios.local & ~flags });

describe('a terminal', () => {
  it('gives whole lines, one for each read, as far as there is room', () => {
    const { type, read, discipline, seen } = terminal();
    type('one');
    expect(discipline.isReadable).toBe(false);
    type(' line\rtwo\n');
    expect([read(4), read(), read()]).toEqual(['one ', 'line\n', 'two\n']);
    expect(discipline.isReadable).toBe(false);
    expect(seen.echoed).toBe('one line\ntwo\n');
  });

  it('lets a line be mended: by character, word and line', () => {
    const { type, read, seen } = terminal();
    type('ab\x7fc\n');
    type('some words \x17more\n');
    type('nothing\x15rest\n');
    expect([read(), read(), read()]).toEqual(['ac\n', 'some more\n', 'rest\n']);
    expect(seen.echoed.startsWith('ab\b \bc\n')).toBe(true);
  });

  it('takes a character of several bytes back as one, where it knows of them', () => {
    const { type, read } = terminal({ input: standardTermios.input | IUTF8 });
    type('aé\x7fb\n');
    expect(read()).toBe('ab\n');
  });

  it('ends the input with an empty read, or a line where it stands', () => {
    const { type, read, discipline } = terminal();
    type('begun\x04');
    expect(read()).toBe('begun');
    type('\x04');
    expect(discipline.isReadable).toBe(true);
    expect(read()).toBe('');
    expect(discipline.isReadable).toBe(false);
  });

  it('makes signals of characters, and forgets the line', () => {
    const { type, read, seen } = terminal();
    type('half\x03\x1c\x1awhole\n');
    expect(seen.signals).toEqual([signals.SIGINT, signals.SIGQUIT, signals.SIGTSTP]);
    expect(seen.echoed).toBe('half^C^\\^Zwhole\n');
    expect(read()).toBe('whole\n');
  });

  it('gives characters at once without lines, and keeps them to itself without echo', () => {
    const { type, read, discipline, seen } = terminal(without(ICANON | ECHO | ISIG));
    type('a\x03');
    type('b');
    expect([discipline.readableBytes, read(2), read(2)]).toEqual([3, 'a\x03', 'b']);
    expect(seen).toEqual({ echoed: '', signals: [] });
  });

  it('waits for as many characters as it was told', () => {
    const characters = standardTermios.characters.slice();
    characters[6] = 3;
    const { type, discipline } = terminal({ ...without(ICANON), characters });
    type('ab');
    expect(discipline.isReadable).toBe(false);
    type('c');
    expect(discipline.isReadable).toBe(true);
  });

  it('makes what was typed readable when lines are switched off', () => {
    const { type, read, discipline } = terminal();
    type('abc');
    discipline.termios = { ...standardTermios, ...without(ICANON) };
    expect(read()).toBe('abc');
  });
});
