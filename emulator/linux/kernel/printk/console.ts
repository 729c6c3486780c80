import { memparse } from '../../lib/cmdline.ts';
import type { LogLine } from '../printk.ts';

/** CONSOLE_LOGLEVEL_DEBUG and CONSOLE_LOGLEVEL_MOTORMOUTH. */
const [debugLevel, everythingLevel] = [10, 15];

/** What the configuration says of consoles. */
export interface ConsoleSettings {
  readonly defaultLevel: number;
  readonly quietLevel: number;
  /** Whether lines begin with the time. */
  readonly showsTime: boolean;
}

/** From a line on, what is shown. */
interface Change {
  readonly line: number;
  readonly level: number;
}

/**
 * Which lines of the log a console shows. Plays console_loglevel and register_console() of kernel/printk/printk.c:
 * a line counts by its level at the time when it is shown, and those from before the console came are shown then.
 * Deviation: one console, which comes with the drivers; `earlycon` lets it come while early parameters are read.
 */
export class LogConsole {
  readonly #settings: ConsoleSettings;
  readonly #changes: Change[];
  #registeredAt: number | undefined;
  /** How many changes had been made when it came. */
  #changesBefore = 0;
  #ignoresLevel = false;
  #showsTime: boolean;

  constructor(settings: ConsoleSettings) {
    this.#settings = settings;
    this.#changes = [{ line: 0, level: settings.defaultLevel }];
    this.#showsTime = settings.showsTime;
  }

  /** early_param(): `quiet`, `debug`, `loglevel=` and `ignore_loglevel`; false where the value is malformed. */
  readParameter(name: string, value: string | undefined, atLine: number): boolean {
    switch (name) {
      case 'quiet':
        this.#setLevel(this.#settings.quietLevel, atLine);
        return true;
      case 'debug':
        this.#setLevel(debugLevel, atLine);
        return true;
      case 'loglevel': {
        if (value === undefined || !/^\d/.test(value)) return false;
        this.#setLevel(Number(memparse(value).value), atLine);
        return true;
      }
      case 'ignore_loglevel':
        this.#ignoresLevel = true;
        return true;
      case 'earlycon':
        this.register(atLine);
        return true;
      case 'printk.time':
        this.#showsTime = value === undefined || /^[yY1]/.test(value) || value.toLowerCase() === 'on';
        return true;
      default:
        return true;
    }
  }

  /** register_console(): lines so far are shown now. Only the first console counts. */
  register(atLine: number): void {
    if (this.isRegistered) return;
    this.#registeredAt = atLine;
    this.#changesBefore = this.#changes.length;
  }

  /** console_verbose(): a dying kernel shows everything. */
  showEverything(atLine: number): void {
    this.#setLevel(everythingLevel, atLine);
  }

  /** Whether a console ever came; without one nothing is shown. */
  get isRegistered(): boolean {
    return this.#registeredAt !== undefined;
  }

  #setLevel(level: number, line: number): void {
    this.#changes.push({ line, level });
  }

  /** The lines that the console showed, as it shows them. */
  shown(lines: readonly LogLine[]): readonly string[] {
    const registeredAt = this.#registeredAt;
    if (registeredAt === undefined) return [];
    return lines.flatMap((line, index) => {
      const change =
        index < registeredAt
          ? this.#changes[this.#changesBefore - 1]
          : this.#changes.findLast((one) => one.line <= index);
      const level = change?.level ?? 0;
      if (line.level >= level && !this.#ignoresLevel) return [];
      return [this.#showsTime ? withTime(line) : line.text];
    });
  }
}

/** A line as dmesg and consoles print it: `[    0.000000] text`. */
export function withTime(line: LogLine): string {
  const seconds = line.timeNs / 1_000_000_000n;
  const microseconds = (line.timeNs / 1000n) % 1_000_000n;
  return `[${String(seconds).padStart(5)}.${String(microseconds).padStart(6, '0')}] ${line.text}`;
}
