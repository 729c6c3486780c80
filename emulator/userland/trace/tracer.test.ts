import { describe, expect, it } from 'vitest';
import { systemCall } from '../../linux/syscalls.ts';
import { DMA_BUF_SYNC_END, DMA_BUF_SYNC_READ } from '../../linux/uapi/dma-buf.ts';
import { O_CLOEXEC, O_CREAT, O_RDWR } from '../../linux/uapi/fcntl.ts';
import { signals } from '../../linux/uapi/signal.ts';
import { smallKernel } from '../../testing/small-kernel.ts';
import { type Process, spawnProcess } from '../process.ts';
import { formatTrace, isCall, parseTrace, type TraceEvent } from './event.ts';
import { StraceText } from './strace-text.ts';
import { Tracer } from './tracer.ts';

/** What strace would print of a program. */
function strace(run: (process: Process) => void): {
  readonly lines: readonly string[];
  readonly events: TraceEvent[];
} {
  const events: TraceEvent[] = [];
  const tracer = new Tracer((event) => events.push(event));
  const process = spawnProcess(smallKernel(), {}, 'traced', tracer.wrap(systemCall)).openStandardStreams();
  try {
    run(process);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error) && process.isAlive) throw error;
  }
  tracer.finish();
  const text = new StraceText();
  return { lines: events.flatMap((event) => text.line(event) ?? []), events };
}

describe('tracing', () => {
  it('writes calls as strace does', () => {
    const { lines } = strace((process) => {
      const heap = process.open('/dev/dma_heap/system', O_RDWR | O_CLOEXEC);
      const buffer = process.dmaHeapAlloc(heap, 4096, O_RDWR | O_CLOEXEC);
      process.mmap({ length: 4096, prot: 3, flags: 1, fd: buffer });
      process.dmaBufSync(buffer, DMA_BUF_SYNC_READ | DMA_BUF_SYNC_END);
      process.dmaBufSetName(buffer, 'frame "0"');
      process.close(buffer);
    });
    expect(lines.slice(0, 6)).toEqual([
      'openat(AT_FDCWD, "/dev/dma_heap/system", O_RDWR|O_CLOEXEC) = 3',
      'ioctl(3, DMA_HEAP_IOCTL_ALLOC, {len=4096, fd_flags=O_RDWR|O_CLOEXEC, heap_flags=0 => fd=4}) = 0',
      expect.stringMatching(/^mmap\(NULL, 4096, PROT_READ\|PROT_WRITE, MAP_SHARED, 4, 0\) = 0x[0-9a-f]+$/),
      'ioctl(4, DMA_BUF_IOCTL_SYNC, {flags=DMA_BUF_SYNC_READ|DMA_BUF_SYNC_END}) = 0',
      'ioctl(4, DMA_BUF_SET_NAME, "frame \\"0\\"") = 0',
      'close(4)                                = 0',
    ]);
  });

  it('writes failures with their errno and what it means', () => {
    const { lines } = strace((process) => {
      const heap = process.open('/dev/dma_heap/linux,cma', O_RDWR);
      process.dmaHeapAlloc(heap, 1n << 40n, O_RDWR);
    });
    expect(lines[1]).toBe(
      'ioctl(3, DMA_HEAP_IOCTL_ALLOC, {len=1099511627776, fd_flags=O_RDWR, heap_flags=0}) = -1 ENOMEM (Cannot allocate memory)',
    );
  });

  it('names what it does not know by its parts', () => {
    const { lines } = strace((process) => process.ioctl(process.open('/dev/null', O_RDWR), 0xc0184805, 16));
    expect(lines[1]).toContain('ioctl(3, _IOC(_IOC_READ|_IOC_WRITE, 0x48, 0x5, 0x18), 0x10) = -1 ENOTTY');
  });

  it('says whose call it was once there are several, and how each ended', () => {
    const { lines } = strace((process) => {
      const child = process.fork();
      child.exit(3);
      process.wait();
      process.kill(process.pid, signals.SIGTERM);
    });
    expect(lines).toEqual([
      'clone(0x11, NULL)                       = 3',
      '[pid     3] exit_group(3)                           = ?',
      '[pid     3] +++ exited with 3 +++',
      '[pid     2] wait4(-1, {exited=3}, 0, NULL)          = 3',
      '[pid     2] kill(2, SIGTERM)                        = ?',
      '[pid     2] +++ killed by SIGTERM +++',
    ]);
  });

  it('shows a mode only where a file is made', () => {
    const { lines } = strace((process) => process.open('/tmp/x', O_CREAT | O_RDWR, 0o640));
    expect(lines[0]).toBe('openat(AT_FDCWD, "/tmp/x", O_RDWR|O_CREAT, 0640) = 3');
  });

  it('tells of a call that waits once, when it is over', () => {
    const { events } = strace((process) => process.sleep(5_000_000));
    expect(events.filter(isCall)).toEqual([
      { pid: 2, call: 'clock_nanosleep', args: [1, 0, { ns: 5_000_000 }, 0], result: 0 },
    ]);
  });
});

describe('a trace file', () => {
  it('is read as it was written', () => {
    const { events } = strace((process) => process.close(process.open('/dev/dma_heap/system', O_RDWR)));
    const trace = { header: { heapboardTrace: 1, board: 'hikey' }, events } as const;
    expect(parseTrace(formatTrace(trace), 'trace.jsonl')).toEqual(trace);
  });

  it.each([
    ['{"heapboardTrace":2}\n', 'trace.jsonl:1: expected the header {"heapboardTrace":1}'],
    ['{"heapboardTrace":1}\nnonsense\n', 'trace.jsonl:2: this line is no JSON'],
    ['{"heapboardTrace":1}\n{"pid":1}\n', 'trace.jsonl:2: expected a process, call or exit'],
  ])('that is broken is refused with its line', (text, message) => {
    expect(() => parseTrace(text, 'trace.jsonl')).toThrow(message);
  });
});
