import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { smallKernel } from '../testing/small-kernel.ts';
import { DmaBufFile } from './drivers/dma-buf/dma-buf.ts';
import type { Kernel } from './init/kernel.ts';
import { endTask } from './kernel/exit.ts';
import type { Task } from './kernel/task.ts';
import { blocked, spawn, systemCall, systemCallNamed, systemCalls, waitForWake } from './syscalls.ts';
import { DMA_HEAP_IOCTL_ALLOC, encodeAllocationData } from './uapi/dma-heap.ts';
import { errnoName } from './uapi/errno.ts';
import { O_RDWR } from './uapi/fcntl.ts';
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

/** The buffers that something refers to, with how many references there are. */
function referenced(kernel: Kernel): Map<number, number> {
  const counts = new Map<number, number>();
  const count = (file: unknown) => {
    if (file instanceof DmaBufFile) counts.set(file.buffer.id, (counts.get(file.buffer.id) ?? 0) + 1);
  };
  for (const task of kernel.tasks.all.filter(({ isAlive }) => isAlive)) {
    for (const fd of task.files.numbers) count(task.files.raw(fd));
    for (const area of task.memory.areas) count(area.file);
  }
  return counts;
}

function checkInvariants(kernel: Kernel): void {
  const counts = referenced(kernel);
  const { live } = kernel.dmaBufs;
  expect(live.map(({ id, file }) => [id, file.references])).toEqual(
    live.map(({ id }) => [id, counts.get(id) ?? 0]),
  );
  expect(counts.size).toBe(live.length);
  const pages = new Set<number>();
  let pageCount = 0;
  for (const { operations, sizeBytes } of live) {
    for (let page = 0; page < sizeBytes / kernel.pageSizeBytes; page += 1)
      pages.add(operations.pageAt(page) ?? -1);
    pageCount += sizeBytes / kernel.pageSizeBytes;
  }
  expect(pages.size).toBe(pageCount);
  for (const area of kernel.cma.all) {
    const free = [...area.freeRuns()].reduce((sum, run) => sum + run.count, 0);
    expect(area.usedPages + free + area.borrowedPages).toBe(area.pageCount);
  }
}

const process = fc.nat(3);
const fd = fc.nat(9);
const step = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant('alloc'), process, heap: fc.nat(1), pages: fc.nat(600) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('close'), process, fd }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('dup'), process, fd }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('mmap'), process, fd, pages: fc.integer({ min: 1, max: 4 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('munmap'),
      process,
      area: fc.nat(9),
      pages: fc.integer({ min: 1, max: 3 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('fork'), process }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('exit'), process }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('kill'), process }) },
) as fc.Arbitrary<{ do: string; process: number; heap?: number; pages?: number; fd?: number; area?: number }>;

/** Up to four processes at work on heaps and buffers; what every call answered. */
function play(
  steps: readonly (typeof step extends fc.Arbitrary<infer Step> ? Step : never)[],
): (number | bigint)[] {
  const kernel = smallKernel();
  const tasks = [0, 1, 2, 3].map(() => newTask(kernel));
  const answers: (number | bigint)[] = [];
  for (const one of steps) {
    let task = tasks[one.process];
    if (task === undefined || !task.isAlive) {
      task = newTask(kernel);
      tasks[one.process] = task;
    }
    answers.push(take(kernel, task, tasks, one));
    checkInvariants(kernel);
  }
  for (const task of kernel.tasks.all) if (task.pid > 1) endTask(kernel, task, { kind: 'exited', code: 0 });
  checkInvariants(kernel);
  expect(kernel.dmaBufs.live).toEqual([]);
  return answers;
}

function take(
  kernel: Kernel,
  task: Task,
  tasks: Task[],
  one: { do: string; process: number; heap?: number; pages?: number; fd?: number; area?: number },
): number | bigint {
  const { fd = 0, pages = 1 } = one;
  switch (one.do) {
    case 'alloc': {
      const heap = call(kernel, task, number('openat'), -100, pathAt(one.heap ?? 0), O_RDWR, 0);
      task.memory.write(
        arena,
        encodeAllocationData({ length: BigInt(pages * 4096), fdFlags: O_RDWR }),
        0,
        24,
      );
      const result = call(kernel, task, number('ioctl'), heap, DMA_HEAP_IOCTL_ALLOC, arena);
      call(kernel, task, number('close'), heap);
      return result;
    }
    case 'close':
    case 'dup':
      return call(kernel, task, number(one.do), fd);
    case 'mmap':
      return call(kernel, task, number('mmap'), 0, pages * 4096, 3, 1, fd, 0);
    case 'munmap': {
      const area = task.memory.areas.filter(({ file }) => file !== undefined)[one.area ?? 0];
      return call(kernel, task, number('munmap'), area?.start ?? 0, pages * 4096);
    }
    case 'fork': {
      const pid = call(kernel, task, number('clone'), 17);
      const child = kernel.tasks.byPid(Number(pid));
      const replaced = tasks[(one.process + 1) % 4];
      if (replaced?.isAlive === true && replaced !== task)
        endTask(kernel, replaced, { kind: 'exited', code: 0 });
      if (child !== undefined) tasks[(one.process + 1) % 4] = child;
      return pid;
    }
    case 'exit':
      return call(kernel, task, number('exit_group'), 0);
    default:
      return call(kernel, task, number('kill'), tasks[(one.process + 1) % 4]?.pid ?? 0, 9);
  }
}

describe('any sequence of calls', () => {
  it('keeps the books of buffers and areas right', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 20, maxLength: 120, size: 'max' }), (steps) => {
        play(steps);
      }),
      { numRuns: 40 },
    );
  });

  it('gives the same answers again', () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 20, maxLength: 60, size: 'max' }), (steps) => {
        expect(play(steps)).toEqual(play(steps));
      }),
      { numRuns: 5 },
    );
  });
});

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
