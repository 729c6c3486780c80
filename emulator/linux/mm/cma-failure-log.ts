import { type LogLevel, logLevels, type Printk } from '../kernel/printk.ts';
import type { Clock } from '../kernel/time.ts';
import type { Behaviours } from '../releases.ts';

/** What a report needs to know of an area. */
interface ReportedArea {
  readonly name: string;
  readonly pageCount: number;
  freeRuns(): Iterable<{ readonly start: number; readonly count: number }>;
}

/** DEFAULT_RATELIMIT_INTERVAL and _BURST of include/linux/ratelimit_types.h. */
const ratelimit = { intervalNs: 5_000_000_000n, burst: 10 };

/** The lines that a failed cma_alloc() prints: the failure itself, then where the free pages are. */
export class CmaFailureLog {
  readonly #log: Printk;
  readonly #clock: Clock;
  readonly #behaviours: Behaviours;
  readonly #printsFreeMap: boolean;
  #windowBegan: bigint | undefined;
  #printed = 0;
  #missed = 0;

  /** `cmaDebug` is CONFIG_CMA_DEBUG. */
  constructor(log: Printk, clock: Clock, behaviours: Behaviours, cmaDebug: boolean) {
    this.#log = log;
    this.#clock = clock;
    this.#behaviours = behaviours;
    this.#printsFreeMap = cmaDebug || behaviours.freeMap !== 'debug-only';
  }

  report(area: ReportedArea, pages: number, result: number): void {
    const prefix = this.#behaviours.allocFailurePrefix.replace('%s', () => area.name);
    if (this.#mayPrint())
      this.#print('err', `${prefix}alloc failed, req-size: ${pages} pages, ret: ${result}`);
    if (this.#printsFreeMap) this.#reportFreeMap(area);
  }

  #reportFreeMap(area: ReportedArea): void {
    const runs = [...area.freeRuns()];
    const free = runs.reduce((sum, run) => sum + run.count, 0);
    const total = `=> ${free} free of ${area.pageCount} total pages`;
    const items = runs.map((run) => `${run.count}@${run.start}`);
    if (this.#behaviours.freeMap !== 'per-range') {
      this.#print('info', `cma: number of available pages: ${items.join('+')}${total}`);
      return;
    }
    // The kernel puts a plus before each run that does not begin at 0, the first one too.
    const list = runs.map((run, index) => `${run.start === 0 ? '' : '+'}${items[index]}`).join('');
    this.#print('info', 'cma: number of available pages: ');
    this.#print('info', `cma: range 0: ${list}`);
    this.#print('info', 'cma: ');
    this.#print('info', total);
  }

  #mayPrint(): boolean {
    if (!this.#behaviours.failureRateLimit) return true;
    const now = this.#clock.now;
    if (this.#windowBegan === undefined || now > this.#windowBegan + ratelimit.intervalNs) {
      if (this.#missed > 0) this.#print('warning', `cma_alloc: ${this.#missed} callbacks suppressed`);
      this.#windowBegan = now;
      this.#printed = 0;
      this.#missed = 0;
    }
    if (this.#printed >= ratelimit.burst) {
      this.#missed += 1;
      return false;
    }
    this.#printed += 1;
    return true;
  }

  #print(level: keyof typeof logLevels, text: string): void {
    this.#log.log(logLevels[level] as LogLevel, text);
  }
}
