import type { BootEnvironment } from '../../init/kernel.ts';
import { logLevels } from '../../kernel/printk.ts';
import { RateLimit } from '../../lib/ratelimit.ts';
import type { CmaArea } from '../cma.ts';

/** What cma_alloc() prints when it fails: words, rate and the map of free ranges differ between releases. */
export class CmaReports {
  readonly #boot: BootEnvironment;
  #limit: RateLimit | undefined;

  constructor(boot: BootEnvironment) {
    this.#boot = boot;
  }

  allocationFailed(area: CmaArea, count: number, answer: number): void {
    const { allocFailurePrefix, failureRateLimit } = this.#boot.release.behaviours;
    const caller = /cma: (\w+):/.exec(allocFailurePrefix)?.[1] ?? 'cma_alloc';
    this.#limit ??= new RateLimit(this.#boot.clock, this.#boot.log, caller);
    if (!failureRateLimit || this.#limit.allows()) {
      const prefix = allocFailurePrefix.replace('%s', area.name);
      this.#boot.log.err(`${prefix}alloc failed, req-size: ${count} pages, ret: ${answer}`);
    }
    this.#freeMap(area);
  }

  #freeMap(area: CmaArea): void {
    const { freeMap } = this.#boot.release.behaviours;
    const { log, config } = this.#boot;
    if (freeMap === 'debug-only' && !config.enabled('CMA_DEBUG')) return;
    const runs = [...area.freeRuns()];
    const free = runs.reduce((sum, run) => sum + run.count, 0);
    const totals = `${free} free of ${area.pageCount} total pages`;
    if (freeMap === 'per-range') {
      const items = runs.map((run) => `${run.start === 0 ? '' : '+'}${run.count}@${run.start}`);
      log.info('cma: number of available pages: ');
      log.logPieces(logLevels.info, ['cma: range 0: ', ...items]);
      log.info('cma: ');
      log.info(`=> ${totals}`);
      return;
    }
    const items = runs.map((run, index) => `${index === 0 ? '' : '+'}${run.count}@${run.start}`);
    log.logPieces(logLevels.info, ['cma: number of available pages: ', ...items, `=> ${totals}`]);
  }
}
