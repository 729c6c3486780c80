import { loadBoot } from '../whatif/boot.ts';
import type { BootOptions } from '../whatif/boot-options.ts';
import { type BootRequest, bootTree } from '../whatif/boot-tree.ts';
import type { System } from '../whatif/system.ts';
import { LeakError, LeakWatch } from './leaks.ts';
import { atEndOfTest, type TestContext } from './test-runner.ts';

/** How a test wants its board. */
export interface UseBoardOptions extends BootOptions {
  /** Buffers that are left at the test's end are no failure. */
  readonly allowLeaks?: boolean;
  /** The test's context, where tests run concurrently; else the running test is found. */
  readonly test?: TestContext;
}

/** What was loaded for boards once; booting them again takes a few milliseconds. */
const loaded = new Map<string, Promise<BootRequest>>();
const watches = new WeakMap<System, LeakWatch>();

/**
 * A freshly booted board for the test that runs now: a name, or a devicetree file. At the end of the test its buffers
 * must all have been let go: a buffer that is still held, or vanished with its process, fails the test.
 */
export async function useBoard(input: string, options: UseBoardOptions = {}): Promise<System> {
  const { allowLeaks = false, test, ...bootOptions } = options;
  let watch: LeakWatch | undefined;
  await atEndOfTest(() => {
    if (allowLeaks || watch === undefined) return;
    watch.end();
    if (watch.leaked.length > 0) throw new LeakError(watch.leaked);
  }, test);
  const system = bootTree(await requestFor(input, bootOptions));
  if (!system.booted) return system;
  watch = new LeakWatch(system);
  watches.set(system, watch);
  return system;
}

/** The leak watch of a board that `useBoard` gave; undefined for others. */
export function watchOf(system: System): LeakWatch | undefined {
  return watches.get(system);
}

/** Options that JSON can say are loaded once; others each time. */
function requestFor(input: string, options: BootOptions): Promise<BootRequest> {
  const key = keyOf(input, options);
  if (key === undefined) return loadBoot(input, options);
  const known = loaded.get(key);
  if (known !== undefined) return known;
  const request = loadBoot(input, options);
  loaded.set(key, request);
  request.catch(() => loaded.delete(key));
  return request;
}

function keyOf(input: string, options: BootOptions): string | undefined {
  let plain = true;
  const text = JSON.stringify([input, options], (_name, value: unknown) => {
    if (typeof value === 'bigint') return `${value}n`;
    if (typeof value === 'function') plain = false;
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      plain &&= Object.getPrototypeOf(value) === Object.prototype;
    return value;
  });
  return plain ? text : undefined;
}
