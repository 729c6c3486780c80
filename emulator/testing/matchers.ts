import { System } from '../whatif/system.ts';
import { type Checked, checkFailure, checkFree, checkHeap, checkLeaks } from './checks.ts';

/** Matchers for `expect.extend()` of vitest, and of runners that took its shape. */
export const matchers = {
  toHaveHeap: (received: unknown, name: string): Checked =>
    onBoard(received, (board) => checkHeap(board, name)),
  toFailWith: (received: unknown, code: string): Promise<Checked> => checkFailure(received, code),
  toHaveLeaked: (received: unknown, count?: number): Checked =>
    onBoard(received, (board) => checkLeaks(board, count)),
  toHaveFree: (received: unknown, bytes: number | bigint | string, area?: string): Checked =>
    onBoard(received, (board) => checkFree(board, bytes, area)),
};

function onBoard(received: unknown, check: (board: System) => Checked): Checked {
  if (received instanceof System) return check(received);
  return { pass: false, message: () => `expected a board of useBoard(), got ${String(received)}` };
}
