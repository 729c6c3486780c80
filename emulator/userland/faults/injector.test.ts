import { describe, expect, it } from 'vitest';
import { O_RDWR } from '../../linux/uapi/fcntl.ts';
import { codeOf } from '../../testing/failures.ts';
import { programJob, runSmall, yamlJob } from '../../testing/run-small.ts';
import { smallKernel } from '../../testing/small-kernel.ts';
import { System } from '../../whatif/system.ts';
import type { Process } from '../process.ts';
import { parseFault } from './parse-fault.ts';

function systemWith(...faults: readonly string[]) {
  const system = new System({ kernel: smallKernel() }, undefined);
  const injector = system.injectFaults(faults.map(parseFault));
  return { system, injector };
}

function codes(attempts: readonly (() => unknown)[]): readonly string[] {
  return attempts.map(codeOf);
}

function allocations(process: Process, heap: string, sizes: readonly number[]): readonly string[] {
  const fd = process.open(`/dev/dma_heap/${heap}`, O_RDWR);
  return codes(sizes.map((size) => () => process.dmaHeapAlloc(fd, size, O_RDWR)));
}

describe('faults', () => {
  it('fail the n-th allocation and no other', () => {
    const { system, injector } = systemWith('fail=alloc:nth=2');
    expect(allocations(system.spawn(), 'system', [4096, 4096, 4096])).toEqual([
      'success',
      'ENOMEM',
      'success',
    ]);
    expect(injector.injected).toEqual([{ kind: 'fail', process: 'program', call: 'ioctl', what: 'ENOMEM' }]);
    expect(system.running.dmaBufs.live).toHaveLength(2);
  });

  it('count by heap, process and size', () => {
    const { system } = systemWith(
      'fail=alloc:heap=linux,cma:times=9',
      'fail=alloc:process=victim:errno=EINTR',
      'fail=alloc:heap=system:minSize=1M:errno=ENOSPC',
    );
    expect(allocations(system.spawn(), 'linux,cma', [4096, 4096])).toEqual(['ENOMEM', 'ENOMEM']);
    expect(allocations(system.spawn(), 'system', [4096, 1 << 20])).toEqual(['success', 'ENOSPC']);
    expect(allocations(system.spawn({}, 'victim'), 'system', [4096, 4096])).toEqual(['EINTR', 'success']);
  });

  it('interrupt any call, or let it find no free descriptor', () => {
    const { system } = systemWith('fail=openat:nth=2:errno=EMFILE', 'fail=read');
    const process = system.spawn();
    const open = () => process.open('/dev/zero', O_RDWR);
    expect(codes([open, open, open, () => process.read(0, 1), () => process.read(0, 1)])).toEqual([
      'success',
      'EMFILE',
      'success',
      'EINTR',
      'success',
    ]);
  });

  it('make heaps slow in virtual time', () => {
    const { system } = systemWith('slow=system:time=5ms');
    const process = system.spawn();
    const [system_, cma] = ['system', 'linux,cma'].map((heap) => {
      const before = process.now();
      allocations(process, heap, [4096]);
      return process.now() - before;
    });
    expect(system_).toBeGreaterThan(5_000_000n);
    expect(cma).toBeLessThan(1_000_000n);
  });

  it('take a heap out of /dev', () => {
    const { system } = systemWith('vanish=linux,cma:nth=2');
    const process = system.spawn();
    const open = () => process.open('/dev/dma_heap/linux,cma', O_RDWR);
    expect(codes([open, open])).toEqual(['success', 'ENOENT']);
    expect(process.readdir('/dev/dma_heap')).toEqual(['system']);
  });

  it('kill a process within a call, and nothing stays behind', () => {
    const { system } = systemWith('kill=victim:nth=3');
    const victim = system.spawn({}, 'victim');
    expect(() => allocations(victim, 'system', [4096, 64 << 20])).toThrow('was killed by SIGKILL');
    expect(system.running.dmaBufs.live).toEqual([]);
  });

  it('keep pages of CMA areas busy', () => {
    const { system } = systemWith('busy=8M');
    expect(allocations(system.spawn(), 'linux,cma', [28 << 20])).toEqual(['ENOMEM']);
  });

  it('count a call that waits once, however often it is made again', () => {
    const { system, injector } = systemWith('fail=read:nth=2');
    const reader = system.spawn();
    const [readEnd, writeEnd] = reader.pipe();
    const writer = reader.fork();
    const read = () => Buffer.from(reader.read(readEnd, 1)).toString();
    reader.withWaitsElsewhere(() => expect(read).toThrow());
    writer.write(writeEnd, 'abc');
    expect(read()).toBe('a');
    expect(injector.injected).toEqual([]);
    expect(codes([read, read])).toEqual(['EINTR', 'success']);
  });

  it('say which of them never came', () => {
    const written = [
      'fail=alloc:nth=3:times=2:errno=ENOMEM:heap=system:process=victim:minSize=4096',
      'slow=linux,cma:time=5000000ns',
      'vanish=absent:nth=2',
      'kill=nobody:signal=SIGTERM',
    ];
    const { system, injector } = systemWith('fail=openat', ...written, 'busy=1M');
    const process = system.spawn();
    expect(codes([() => allocations(process, 'system', [4096])])).toEqual(['EINTR']);
    expect(codes([() => allocations(process, 'system', [4096])])).toEqual(['success']);
    expect(injector.account()).toMatchObject({ injected: [{ call: 'openat' }], notInjected: written });
  });

  it('stand in workloads', async () => {
    const { failures, injected } = await runSmall([
      yamlJob(`
faults: [{ fail: alloc, nth: 2, heap: system }]
steps:
  - { alloc: a, heap: system, size: 4K }
  - { alloc: b, heap: system, size: 4K, fails: ENOMEM }
  - { close: a }
`),
    ]);
    expect(failures).toEqual([]);
    expect(injected).toHaveLength(1);
  });

  it('are seen by programs as any failure is', async () => {
    const main = (process: Process) => void allocations(process, 'system', [4096]);
    const { leaks } = await runSmall([programJob(main)], { faults: [parseFault('fail=alloc')] });
    expect(leaks).toEqual([]);
  });

  it.each([
    ['explode=1', 'a fault needs one of fail, slow, vanish, kill, busy'],
    ['fail=nothing', 'fail: expected alloc or the name of a system call'],
    ['fail=alloc:nth=0', 'nth: '],
    ['fail=alloc:errno=EWHAT', 'errno: expected the name of an errno'],
    ['slow=system:time=soon', 'time: expected a time, such as 5ms'],
  ])('that are written wrongly are refused: %s', (text, message) => {
    expect(() => parseFault(text)).toThrow(message);
  });
});

describe('a process in a container', () => {
  it('meets the same faults', async () => {
    const { failures } = await runSmall([
      yamlJob(`
faults: [{ fail: alloc }]
container: { devices: [/dev/dma_heap/system] }
steps:
  - { alloc: a, heap: system, size: 4K, fails: ENOMEM }
`),
    ]);
    expect(failures).toEqual([]);
  });
});
