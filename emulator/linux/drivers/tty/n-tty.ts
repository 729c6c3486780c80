import { signals } from '../../uapi/signal.ts';
import {
  control,
  ECHO,
  ECHOCTL,
  ECHOE,
  ECHONL,
  ICANON,
  ICRNL,
  IEXTEN,
  IGNCR,
  INLCR,
  ISIG,
  IUTF8,
  NOFLSH,
  standardTermios,
  type Termios,
} from '../../uapi/termios.ts';

/**
 * What becomes of typed bytes: lines that can be mended, signals, and the echo. Plays drivers/tty/n_tty.c. Deviations:
 * no flow control, no reprinting or quoting of characters, and what is printed is left to the terminal.
 */

const newline = 10;
const carriageReturn = 13;
const tab = 9;

/** Where a discipline's work shows. */
export interface LineEvents {
  echo(bytes: Uint8Array): void;
  /** A character that means a signal was typed. */
  signal(signal: number): void;
  /** There may be something to read. */
  ready(): void;
}

export class LineDiscipline {
  #termios: Termios = standardTermios;
  /** Whole lines; an empty one is the end of input. Without ICANON all that was typed. */
  #lines: Uint8Array[] = [];
  /** The line at hand. */
  #edited: number[] = [];
  readonly #events: LineEvents;

  constructor(events: LineEvents) {
    this.#events = events;
  }

  get termios(): Termios {
    return this.#termios;
  }

  /** n_tty_set_termios(): with another ICANON, what is there becomes readable as it is. */
  set termios(next: Termios) {
    const changes = ((next.local ^ this.#termios.local) & ICANON) !== 0;
    this.#termios = next;
    if (!changes) return;
    const all = [...this.#lines.flatMap((line) => [...line]), ...this.#edited];
    this.#edited = [];
    this.#lines = all.length > 0 ? [Uint8Array.from(all)] : [];
    this.#events.ready();
  }

  #has(flag: number): boolean {
    return (this.#termios.local & flag) !== 0;
  }

  /** Whether a byte is a control character that is switched on. */
  #is(byte: number, which: keyof typeof control): boolean {
    const character = this.#termios.characters[control[which]];
    return character !== 0 && character === byte;
  }

  get isCanonical(): boolean {
    return this.#has(ICANON);
  }

  /** VMIN and VTIME, which count without ICANON. */
  get least(): number {
    return this.#termios.characters[control.VMIN] ?? 0;
  }

  get timeTenths(): number {
    return this.#termios.characters[control.VTIME] ?? 0;
  }

  /** Bytes that read() would give. */
  get readableBytes(): number {
    return this.#lines.reduce((sum, line) => sum + line.length, 0);
  }

  /** input_available_p() */
  get isReadable(): boolean {
    if (this.isCanonical) return this.#lines.length > 0;
    return this.readableBytes >= Math.max(1, this.timeTenths > 0 ? 1 : this.least);
  }

  /** Up to a line, or without ICANON up to what there is. */
  read(lengthBytes: number): Uint8Array {
    const first = this.#lines.shift();
    if (first === undefined) return new Uint8Array(0);
    if (first.length > lengthBytes) this.#lines.unshift(first.subarray(lengthBytes));
    return first.subarray(0, lengthBytes);
  }

  /** tcflush(): forgets what was typed. */
  flush(): void {
    this.#lines = [];
    this.#edited = [];
  }

  /** n_tty_receive_buf(): bytes as they were typed. */
  receive(bytes: Uint8Array): void {
    const raw: number[] = [];
    for (const typed of bytes) {
      const byte = this.#translated(typed);
      if (byte === undefined || this.#signals(byte)) continue;
      if (this.isCanonical) this.#edit(byte);
      else {
        raw.push(byte);
        this.#echo(byte);
      }
    }
    if (raw.length > 0) {
      const [before = new Uint8Array(0)] = this.#lines;
      this.#lines = [Uint8Array.from([...before, ...raw])];
    }
    this.#events.ready();
  }

  #translated(byte: number): number | undefined {
    const { input } = this.#termios;
    if (byte === carriageReturn) {
      if ((input & IGNCR) !== 0) return undefined;
      return (input & ICRNL) !== 0 ? newline : byte;
    }
    return byte === newline && (input & INLCR) !== 0 ? carriageReturn : byte;
  }

  #signals(byte: number): boolean {
    if (!this.#has(ISIG)) return false;
    const signal = this.#is(byte, 'VINTR')
      ? signals.SIGINT
      : this.#is(byte, 'VQUIT')
        ? signals.SIGQUIT
        : this.#is(byte, 'VSUSP')
          ? signals.SIGTSTP
          : undefined;
    if (signal === undefined) return false;
    if (!this.#has(NOFLSH)) this.flush();
    this.#echo(byte);
    this.#events.signal(signal);
    return true;
  }

  #edit(byte: number): void {
    if (this.#is(byte, 'VERASE')) this.#erase();
    else if (this.#is(byte, 'VKILL')) while (this.#edited.length > 0) this.#erase();
    else if (this.#has(IEXTEN) && this.#is(byte, 'VWERASE')) this.#eraseWord();
    else if (this.#is(byte, 'VEOF')) this.#commit();
    else {
      this.#edited.push(byte);
      if (byte === newline && !this.#has(ECHO) && this.#has(ECHONL)) this.#print(byte);
      else this.#echo(byte);
      if (byte === newline || this.#is(byte, 'VEOL')) this.#commit();
    }
  }

  #commit(): void {
    this.#lines.push(Uint8Array.from(this.#edited));
    this.#edited = [];
  }

  #eraseWord(): void {
    const isSpace = (byte: number | undefined): boolean => byte === 32 || byte === tab;
    while (isSpace(this.#edited.at(-1))) this.#erase();
    while (this.#edited.length > 0 && !isSpace(this.#edited.at(-1))) this.#erase();
  }

  #erase(): void {
    let byte = this.#edited.pop();
    if (byte === undefined) return;
    const isContinuation = (of: number): boolean =>
      (this.#termios.input & IUTF8) !== 0 && (of & 0xc0) === 0x80;
    while (byte !== undefined && isContinuation(byte)) byte = this.#edited.pop();
    if (!this.#has(ECHO) || !this.#has(ECHOE)) return;
    const width = byte !== undefined && this.#showsCaret(byte) ? 2 : 1;
    for (let column = 0; column < width; column += 1) this.#print(8, 32, 8);
  }

  /** Whether a character is echoed as ^X. */
  #showsCaret(byte: number): boolean {
    return this.#has(ECHOCTL) && (byte < 32 || byte === 127) && byte !== tab && byte !== newline;
  }

  #echo(byte: number): void {
    if (!this.#has(ECHO)) return;
    if (this.#showsCaret(byte)) this.#print(94, byte ^ 64);
    else this.#print(byte);
  }

  #print(...bytes: readonly number[]): void {
    this.#events.echo(Uint8Array.from(bytes));
  }
}
