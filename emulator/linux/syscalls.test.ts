import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { smallKernel } from '../testing/small-kernel.ts';
import type { Kernel } from './init/kernel.ts';
import { endTask } from './kernel/exit.ts';
import type { Task } from './kernel/task.ts';
import { blocked, spawn, systemCall, systemCallNamed, systemCalls, waitForWake } from './syscalls.ts';
import { errnoName } from './uapi/errno.ts';
import type { Register } from './uapi/registers.ts';

const heapPaths = ['/dev/dma_heap/system', '/dev/dma_heap/linux,cma'];
/** User memory that the tests give to every process: arguments lie at its start, paths behind them. */
const arena = 0x10_0000;
const arenaBytes = 0x1_0000;
const pathAt = (index: number) => arena + 0x8000 + index * 0x100;

function number(name: string): number {
  return systemCallNamed(name)?.number ?? -1;
}

/** Makes a call and checks that its errno is one that the call declares. */
function call(kernel: Kernel, task: Task, name: number, ...registers: readonly Register[]): number | bigint {
  const [a, b, c, d, e, f] = registers;
  const result = systemCall(kernel, task, name, a, b, c, d, e, f);
  if (typeof result === 'number' && result < 0 && result !== blocked && task.isAlive) {
    const row = systemCalls[name];
    const code = errnoName(result);
    if (row !== undefined && (code === undefined || !row.errnos.includes(code))) {
      throw new Error(
        `${row.name}(${registers.join(', ')}) gave ${code ?? result}, which it does not declare`,
      );
    }
  }
  return result;
}

function newTask(kernel: Kernel): Task {
  const task = spawn(kernel, {}, 'fuzz');
  call(kernel, task, number('mmap'), arena, arenaBytes, 3, 0x32, -1, 0);
  heapPaths.forEach((path, index) => {
    task.memory.write(pathAt(index), new TextEncoder().encode(`${path}\0`), 0, path.length + 1);
  });
  return task;
}

const address = fc.constantFrom(
  0,
  arena,
  arena + 8,
  pathAt(0),
  pathAt(1),
  arena + arenaBytes,
  arena + arenaBytes - 4,
  0x7fff_f000,
);
const register: fc.Arbitrary<Register> = fc.oneof(
  { weight: 5, arbitrary: fc.integer({ min: -1, max: 12 }) },
  { weight: 4, arbitrary: address },
  { weight: 2, arbitrary: fc.constantFrom(24, 4096, 4095, 0x80002, 0o100, 0x22, -100, 1 << 20) },
  { weight: 1, arbitrary: fc.integer() },
  { weight: 1, arbitrary: fc.bigInt(-(1n << 63n), (1n << 64n) - 1n) },
);
const anyCall = fc.record({
  number: fc.constantFrom(...systemCalls.flatMap((row) => (row === undefined ? [] : [row.number]))),
  registers: fc.tuple(register, register, register, register, register, register),
});

describe('any call with any registers', () => {
  it('answers a value or an errno that it declares, and nothing breaks', () => {
    fc.assert(
      fc.property(fc.array(anyCall, { minLength: 50, maxLength: 200, size: 'max' }), (calls) => {
        const kernel = smallKernel();
        let task = newTask(kernel);
        for (const one of calls) {
          if (!task.isAlive) task = newTask(kernel);
          let result = call(kernel, task, one.number, ...one.registers);
          for (let tries = 0; result === blocked && tries < 3; tries += 1) {
            if (!waitForWake(kernel, task)) break;
            result = task.isAlive ? call(kernel, task, one.number, ...one.registers) : 0;
          }
          if (result === blocked) endTask(kernel, task, { kind: 'exited', code: 0 });
        }
      }),
      { numRuns: 150 },
    );
  });

  it('is ENOSYS and a line in the log where there is no such call', () => {
    const kernel = smallKernel();
    const task = spawn(kernel);
    expect(errnoName(Number(systemCall(kernel, task, 9999)))).toBe('ENOSYS');
    expect(kernel.log.lines.at(-1)?.text).toContain('system call 9999 is not modelled');
  });
});

describe('the table', () => {
  it('has each name once, and a number of arm64 for it', () => {
    const rows = systemCalls.flatMap((row) => row ?? []);
    expect(new Set(rows.map(({ name }) => name)).size).toBe(rows.length);
    for (const row of rows) expect(systemCalls[row.number]).toBe(row);
  });
});
