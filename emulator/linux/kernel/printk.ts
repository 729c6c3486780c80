import { type ConsoleSettings, LogConsole } from './printk/console.ts';
import type { Clock } from './time.ts';

/** KERN_EMERG … KERN_DEBUG. */
export type LogLevel = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7;

export const logLevels = {
  emerg: 0,
  alert: 1,
  crit: 2,
  err: 3,
  warning: 4,
  notice: 5,
  info: 6,
  debug: 7,
} as const;

/** The longest text that pieces were seen to share; one more character began a new record. */
const longestContinuedRecord = 1021;

/** A console where no configuration is at hand. */
const usualConsole: ConsoleSettings = { defaultLevel: 7, quietLevel: 4, showsTime: true };

/** One printed line of the kernel log. */
export interface LogLine {
  readonly level: LogLevel;
  readonly text: string;
  /** Nanoseconds since boot, as the time stamp shows it. */
  readonly timeNs: bigint;
}

/**
 * The kernel's log. Plays kernel/printk/printk.c.
 * Deviations: the buffer has no end; lines of level debug are dropped, as without dynamic debug.
 */
export class Printk {
  readonly #lines: LogLine[] = [];
  readonly #clock: Clock;
  readonly #printedOnce = new Set<string>();
  #clearedAt = 0;
  #readTo = 0;

  /** What a console shows of it. */
  readonly console: LogConsole;

  constructor(clock: Clock, settings: ConsoleSettings = usualConsole) {
    this.#clock = clock;
    this.console = new LogConsole(settings);
  }

  /** The lines that the console has shown, as it shows them. */
  get consoleLines(): readonly string[] {
    return this.console.shown(this.#lines);
  }

  /** Every line so far, oldest first. */
  get lines(): readonly LogLine[] {
    return this.#lines;
  }

  /** A place in the log; `since(mark)` gives what was printed after it. */
  get mark(): number {
    return this.#lines.length;
  }

  since(mark: number): readonly LogLine[] {
    return this.#lines.slice(mark);
  }

  /** What syslog() shows: the lines since somebody cleared the log. */
  get sinceCleared(): readonly LogLine[] {
    return this.#lines.slice(this.#clearedAt);
  }

  clear(): void {
    this.#clearedAt = this.#lines.length;
  }

  /** What nobody has read by SYSLOG_ACTION_READ yet. */
  get unread(): readonly LogLine[] {
    return this.#lines.slice(this.#readTo);
  }

  /** The next unread lines, as many as fit, at least one; they count as read. */
  takeUnread(fits: (lines: readonly LogLine[]) => boolean): readonly LogLine[] {
    const { unread } = this;
    let count = Math.min(1, unread.length);
    while (count < unread.length && fits(unread.slice(0, count + 1))) count += 1;
    this.#readTo += count;
    return unread.slice(0, count);
  }

  /** Prints a text; one that holds line feeds becomes several lines, as dmesg shows it. */
  log(level: LogLevel, text: string): void {
    if (level === logLevels.debug) return;
    const timeNs = this.#clock.now;
    if (!text.includes('\n')) {
      this.#lines.push({ level, text, timeNs });
      return;
    }
    const parts = text.split('\n');
    if (parts.at(-1) === '') parts.pop();
    for (const part of parts) this.#lines.push({ level, text: part, timeNs });
  }

  /**
   * A message that goes on with pr_cont(): its pieces share a record while there is room, and whole pieces that find
   * none begin the next.
   */
  logPieces(level: LogLevel, pieces: readonly string[]): void {
    let record = '';
    for (const piece of pieces) {
      if (record !== '' && record.length + piece.length > longestContinuedRecord) {
        this.log(level, record);
        record = '';
      }
      record += piece;
    }
    this.log(level, record);
  }

  err(text: string): void {
    this.log(logLevels.err, text);
  }

  warn(text: string): void {
    this.log(logLevels.warning, text);
  }

  info(text: string): void {
    this.log(logLevels.info, text);
  }

  /** pr_*_once(): prints a text only the first time in a boot. */
  once(level: LogLevel, text: string): void {
    if (this.#printedOnce.has(text)) return;
    this.#printedOnce.add(text);
    this.log(level, text);
  }
}

/** A line as dmesg prints it: `[    0.000000] text`. */
export { withTime as formatLogLine } from './printk/console.ts';
