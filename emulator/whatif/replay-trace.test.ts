import { describe, expect, it } from 'vitest';
import { type CallEvent, parseTrace, type TraceEvent } from '../userland/trace/event.ts';
import { importStrace } from '../userland/trace/strace-import/import-strace.ts';
import { Tracer } from '../userland/trace/tracer.ts';
import { runJobs } from '../userland/workload/run.ts';
import { parseWorkload } from '../userland/workload/workload.ts';
import { boot, loadBoot } from './boot.ts';
import { minimizeTrace, replayTrace } from './replay-trace.ts';
import { workloadHost } from './workload-host.ts';

const camera = `
programs:
  encoder:
    steps:
      - { alloc: out, heap: system, size: 2M }
      - { close: out }
steps:
  - repeat: 4
    index: i
    steps:
      - { alloc: "frame[i]", heap: "linux,cma", size: 8M }
      - { map: "frame[i]" }
      - { sync: "frame[i]", start: write }
      - { sync: "frame[i]", end: write }
  - { spawn: encoder }
  - { alloc: large, heap: "linux,cma", size: 100M, fails: ENOMEM }
  - { wait: encoder }
  - { unmap: "frame[*]" }
  - { close: "frame[*]" }
`;

async function recorded(): Promise<readonly TraceEvent[]> {
  const system = await boot('hikey');
  const events: TraceEvent[] = [];
  const tracer = new Tracer((event) => events.push(event));
  system.wrapCalls((next) => tracer.wrap(next));
  await runJobs([{ workload: parseWorkload(camera, 'camera.yaml', 'camera') }], workloadHost(system));
  tracer.finish();
  return events;
}

describe('a replay', () => {
  it('on the same board records the same again', async () => {
    const events = await recorded();
    const outcome = replayTrace(await boot('hikey'), events);
    expect(outcome.differences).toEqual([]);
    expect(outcome.events).toEqual(events);
  });

  it('sets calls aside of which the trace does not tell enough', async () => {
    const process = { process: 5, command: 'program', uid: 0, gid: 0, groups: [] };
    const call = (call: string, args: CallEvent['args'], result: number | string) => ({
      pid: 5,
      call,
      args,
      result,
    });
    const ofTheProgram = [
      call('execve', ['/bin/program', 4096, 4096], 0),
      call('syscall_293', [4096, 32, 0, 0, 0, 0], 0),
      call('brk', [0], '0x498000'),
      call('mprotect', [0x490000, 4096, 'PROT_READ'], 0),
      call('newfstatat', [1, '', 4096, 'AT_EMPTY_PATH'], 0),
      call('write', [1, 'hello', 5], 5),
      call('kill', [5, 'SIGUSR1'], 0),
    ];
    const replayed = [
      call('openat', ['AT_FDCWD', '/dev/dma_heap/system', 'O_RDWR'], 3),
      call('close', [1], 0),
      call('dup', [3], 1),
      call('fcntl', [1, 'F_GETFD', 0], 0),
    ];
    const outcome = replayTrace(await boot('hikey'), [process, ...ofTheProgram, ...replayed]);
    expect(outcome).toMatchObject({ calls: 4, setAside: 7, differences: [] });
  });

  it('on a board without the heap reports that first', async () => {
    const { differences } = replayTrace(await boot('db845c'), await recorded());
    expect(differences[0]).toMatchObject({
      call: 'openat(AT_FDCWD, "/dev/dma_heap/linux,cma", O_RDWR|O_CLOEXEC)',
      seen: '-1 ENOENT (No such file or directory)',
    });
    expect(differences.length).toBeGreaterThan(4);
  });

  it('shrinks to what is needed for the failure', async () => {
    const header = { heapboardTrace: 1 } as const;
    const smaller = minimizeTrace(await loadBoot('hikey'), { header, events: await recorded() });
    // 128 MiB less what is in use at boot hold 100 MiB and three frames of 8 MiB, not four.
    expect(smaller?.trace.events.map((event) => ('call' in event ? event.call : 'process'))).toEqual([
      'process',
      'openat',
      'ioctl',
      'ioctl',
      'ioctl',
      'ioctl',
      'ioctl',
    ]);
    expect(smaller?.call.seen).toContain('ENOMEM');
  });

  it('wakes calls that waited when the trace has gone on', async () => {
    const lines = [
      '{"heapboardTrace":1}',
      '{"process":7,"command":"p","uid":0,"gid":0,"groups":[]}',
      '{"pid":7,"call":"pipe2","args":[4096,"0"],"result":0,"out":{"0":[13,14]}}',
      '{"pid":7,"call":"clone","args":["0x11"],"result":8}',
      '{"pid":8,"call":"read","args":[13,0,5],"result":5,"out":{"1":"hello"}}',
      '{"pid":7,"call":"write","args":[14,"hello",5],"result":5}',
    ];
    const { events } = parseTrace(lines.join('\n'), 't.jsonl');
    expect(replayTrace(await boot('hikey'), events).differences).toEqual([]);
  });
});

describe('a trace of strace', () => {
  const text = `
4711  openat(AT_FDCWD, "/etc/ld.so.cache", O_RDONLY|O_CLOEXEC) = 3
4711  close(3)                          = 0
4711  12:00:01.5 openat(AT_FDCWD, "/dev/dma_heap/linux,cma", O_RDWR|O_CLOEXEC) = 23</dev/dma_heap/linux,cma>
4711  ioctl(23</dev/dma_heap/linux,cma>, DMA_HEAP_IOCTL_ALLOC, 0x7ffdc0a0) = 0
4711  mmap(NULL, 3145728, PROT_READ|PROT_WRITE, MAP_SHARED, 24</dmabuf:>, 0) = 0x7f8a1000
4711  ioctl(24, DMA_BUF_IOCTL_SYNC, 0x7ffdc0b0) = 0
4711  ioctl(24, DMA_BUF_IOCTL_SYNC, 0x7ffdc0b0) = 0
4711  ioctl(23, DMA_HEAP_IOCTL_ALLOC <unfinished ...>
4712  write(1, "noise \\"quoted\\" (1\\n", 17) = 17
4711  <... ioctl resumed>, {len=1073741824, fd_flags=O_RDWR|O_CLOEXEC, heap_flags=0}) = -1 ENOMEM (Cannot allocate memory)
4711  munmap(0x7f8a1000, 3145728)       = 0
4711  close(24)                         = 0
4711  --- SIGCHLD {si_signo=SIGCHLD, si_code=CLD_EXITED} ---
4711  exit_group(0)                     = ?
4711  +++ exited with 0 +++
`;

  it('becomes one that can be replayed, with what strace does not show concluded', async () => {
    const { trace, callsRead, remarks } = importStrace(text, 'strace.txt');
    expect(callsRead).toBe(12);
    expect(remarks).toEqual([]);
    const calls = trace.events.flatMap((event) => ('call' in event ? [event] : []));
    expect(calls.map(({ call }) => call).join(' ')).toBe(
      'openat ioctl mmap ioctl ioctl ioctl munmap close exit_group',
    );
    expect(calls[1]).toMatchObject({
      args: [23, 'DMA_HEAP_IOCTL_ALLOC', { len: 3145728 }],
      out: { 2: { fd: 24 } },
    });
    expect(replayTrace(await boot('hikey'), trace.events).differences).toEqual([]);
    const other = replayTrace(await boot('hikey', { bootargs: 'cma=0' }), trace.events);
    expect(other.differences[0]?.call).toContain('openat');
  });

  it('says where nothing tells the size of a buffer', () => {
    const blind =
      'openat(AT_FDCWD, "/dev/dma_heap/system", O_RDWR) = 3\nioctl(3, DMA_HEAP_IOCTL_ALLOC, 0x1) = 0\n';
    expect(importStrace(blind, 's.txt').remarks).toEqual([
      'call 2, DMA_HEAP_IOCTL_ALLOC: nothing tells its size; one page is assumed',
    ]);
  });

  it.each([
    ['what strace never wrote', 'hello\n', 's.txt:1: this is no line of strace output'],
    ['a file without calls', '+++ exited with 0 +++\n', 's.txt:1: there is no call in it'],
  ])('that is %s is refused', (_, broken, message) => {
    expect(() => importStrace(broken, 's.txt')).toThrow(message);
  });
});
