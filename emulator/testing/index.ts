/**
 * `heapboard/testing`: boards for tests. `useBoard()` gives a booted board that the test's end disposes of, and fails
 * the test where buffers were left behind. For vitest's matchers import `heapboard/testing/vitest` once.
 */
import assert from 'node:assert/strict';
import { inputError } from '../base/input-error.ts';
import type { Fault } from '../userland/faults/fault.ts';
import { parseFault, readFault } from '../userland/faults/parse-fault.ts';
import type { System } from '../whatif/system.ts';
import { type Checked, checkFailure, checkFree, checkHeap, checkLeaks } from './checks.ts';

export { SyscallError } from '../userland/errors.ts';
export type { Fault } from '../userland/faults/fault.ts';
export { LeakError, type LeakedBuffer } from './leaks.ts';
export { matchers } from './matchers.ts';
export { boardSerializer, snapshotOf } from './snapshot.ts';
export type { TestContext } from './test-runner.ts';
export { type UseBoardOptions, useBoard } from './use-board.ts';

/** A fault for `board.injectFaults()`: `{ fail: 'alloc', nth: 2 }`, or the text of `--fault`. */
export function fault(written: string | Readonly<Record<string, string | number>>): Fault {
  if (typeof written === 'string') return parseFault(written);
  const reading = readFault(written);
  if ('fault' in reading) return reading.fault;
  throw inputError('workload-broken', { problem: reading.problem });
}

function demand(result: Checked): void {
  assert.ok(result.pass, result.pass ? undefined : result.message());
}

/** Assertions for node:test and other runners without matchers. */
export const assertHeap = (board: System, name: string): void => demand(checkHeap(board, name));
export const assertFree = (board: System, bytes: number | bigint | string, area?: string): void =>
  demand(checkFree(board, bytes, area));
export const assertLeaked = (board: System, count?: number): void => demand(checkLeaks(board, count));
export const assertFailsWith = async (attempt: unknown, code: string): Promise<void> =>
  demand(await checkFailure(attempt, code));
