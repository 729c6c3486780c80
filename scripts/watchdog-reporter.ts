import { readFileSync } from 'node:fs';
import type { Reporter, TestCase, TestModule } from 'vitest/node';

/** Longer than any file of tests takes on a slow machine. */
const patienceMs = 8 * 60_000;

/** Kills what a process has started, and what that has: a spinning worker would outlive us. */
function killChildren(pid: number): void {
  let children: readonly number[];
  try {
    children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
      .split(' ')
      .filter(Boolean)
      .map(Number);
  } catch {
    return;
  }
  for (const child of children) {
    killChildren(child);
    try {
      process.kill(child, 'SIGKILL');
    } catch {
      // It ended by itself.
    }
  }
}

/**
 * Ends a test run that hangs. A test's own timeout is of no use where it never gives the thread back: an endless loop of
 * ours, or a child process that never ends. Names what was running.
 */
export default class WatchdogReporter implements Reporter {
  readonly #timers = new Map<TestModule, NodeJS.Timeout>();
  readonly #running = new Map<TestModule, TestCase>();

  onTestModuleStart(module: TestModule): void {
    this.#timers.set(
      module,
      setTimeout(() => this.#giveUp(module), patienceMs),
    );
  }

  onTestCaseReady(test: TestCase): void {
    this.#running.set(test.module, test);
  }

  onTestModuleEnd(module: TestModule): void {
    clearTimeout(this.#timers.get(module));
    this.#timers.delete(module);
  }

  #giveUp(module: TestModule): void {
    const test = this.#running.get(module)?.fullName ?? 'before its first test';
    process.stderr.write(`hangs: ${module.relativeModuleId}: ${test}\n`, () => {
      killChildren(process.pid);
      process.exit(1);
    });
  }
}
