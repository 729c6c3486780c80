/** How a terminal is set: include/uapi/asm-generic/termbits.h and ioctls.h. */

export const TCSETS = 0x5402;
export const TCSETSW = 0x5403;
export const TCSETSF = 0x5404;
export const TCFLSH = 0x540b;
export const TIOCGWINSZ = 0x5413;
export const TIOCSWINSZ = 0x5414;

export const INLCR = 0o100;
export const IGNCR = 0o200;
export const ICRNL = 0o400;
export const IUTF8 = 0o40000;
export const ISIG = 0o1;
export const ICANON = 0o2;
export const ECHO = 0o10;
export const ECHOE = 0o20;
export const ECHOK = 0o40;
export const ECHONL = 0o100;
export const NOFLSH = 0o200;
export const ECHOCTL = 0o1000;
export const ECHOKE = 0o4000;
export const IEXTEN = 0o100000;

/** Places in c_cc. */
export const control = {
  VINTR: 0,
  VQUIT: 1,
  VERASE: 2,
  VKILL: 3,
  VEOF: 4,
  VTIME: 5,
  VMIN: 6,
  VSUSP: 10,
  VEOL: 11,
  VWERASE: 14,
} as const;

/** struct termios: four words of flags, the line discipline's number, and 19 control characters. */
export const termiosBytes = 36;

export interface Termios {
  readonly input: number;
  readonly output: number;
  readonly hardware: number;
  readonly local: number;
  readonly line: number;
  readonly characters: Uint8Array;
}

/** tty_std_termios */
export const standardTermios: Termios = {
  input: 0x500,
  output: 5,
  hardware: 0x4bf,
  local: ISIG | ICANON | ECHO | ECHOE | ECHOK | ECHOCTL | ECHOKE | IEXTEN,
  line: 0,
  characters: Uint8Array.of(3, 28, 127, 21, 4, 0, 1, 0, 17, 19, 26, 0, 18, 15, 23, 22, 0, 0, 0),
};

export function encodeTermios({ input, output, hardware, local, line, characters }: Termios): Uint8Array {
  const bytes = new Uint8Array(termiosBytes);
  const view = new DataView(bytes.buffer);
  for (const [index, word] of [input, output, hardware, local].entries())
    view.setUint32(index * 4, word, true);
  view.setUint8(16, line);
  bytes.set(characters, 17);
  return bytes;
}

export function decodeTermios(bytes: Uint8Array): Termios {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return {
    input: view.getUint32(0, true),
    output: view.getUint32(4, true),
    hardware: view.getUint32(8, true),
    local: view.getUint32(12, true),
    line: view.getUint8(16),
    characters: bytes.slice(17, termiosBytes),
  };
}
