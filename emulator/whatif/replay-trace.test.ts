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

  it.each([
    [
      'paths and devices of descriptors, and names of requests that strace does not know',
      `
openat(AT_FDCWD</root>, "/dev/dma_heap/linux,cma", O_RDWR|O_CLOEXEC) = 3</dev/dma_heap/linux,cma<char 252:1>>
ioctl(3</dev/dma_heap/linux,cma<char 252:1>>, _IOC(_IOC_READ|_IOC_WRITE, 0x48, 0, 0x18), 0xffffd1000) = 0
ioctl(4</dmabuf:>, _IOC(_IOC_WRITE, 0x62, 0x1, 0x8), 0xffffe0) = 0
mmap(NULL, 1048576, PROT_READ|PROT_WRITE, MAP_SHARED, 4</dmabuf:frame (1)>(deleted), 0) = 0xffff90000000 <0.000021>
munmap(0xffff90000000, 1048576) = 0
close(4</dmabuf:frame>) = 0
`,
    ],
    [
      'numbers in place of words, times since the line before, and stacks',
      `     0.000000 openat(-100, "/dev/dma_heap/linux,cma", 0x80002) = 3
 > /lib/aarch64-linux-gnu/libc.so.6(open64+0x10) [0xd0]
     0.000120 ioctl(3, 0xc0184800, 0xffffd1000) = 0
     0.000100 mmap(NULL, 1048576, 0x3, 0x1, 4, 0) = 0xffff90000000
     0.000100 ioctl(4, 0x40086200 /* DMA_BUF_IOCTL_SYNC */, 0xffffd1000) = 0
     0.000100 openat(-100 /* AT_FDCWD */</tmp/a,b>, "/dev/dma_heap/system", 0x2 /* O_RDWR */) = 5
     0.000100 close(4) = 0
`,
    ],
    [
      'processes without a name while they are alone, and calls that are cut in two',
      `openat(AT_FDCWD, "/dev/dma_heap/linux,cma", O_RDWR|O_CLOEXEC) = 3
ioctl(3, DMA_HEAP_IOCTL_ALLOC, 0xffffd1000) = 0
mmap(NULL, 1048576, PROT_READ|PROT_WRITE, MAP_SHARED, 4, 0) = 0xffff90000000
clone(child_stack=NULL, flags=CLONE_CHILD_SETTID|SIGCHLDstrace: Process 778 attached
 <unfinished ...>
[pid   778] mmap(NULL, 1048576, PROT_READ, MAP_SHARED, 4, 0 <unfinished ...>
[pid   777] <... clone resumed>, child_tidptr=0xffff) = 778
[pid   778] <... mmap resumed>)         = 0xffff80000000
[pid   777] wait4(-1,  <unfinished ...>
[pid   778] close(4)                    = 0
[pid   778] exit_group(0)               = ?
[pid   778] +++ exited with 0 +++
<... wait4 resumed>[{WIFEXITED(s) && WEXITSTATUS(s) == 0}], 0, NULL) = 778
--- SIGCHLD {si_signo=SIGCHLD, si_code=CLD_EXITED, si_pid=778} ---
clone3({flags=CLONE_VM|CLONE_FILES|CLONE_SIGHAND|CLONE_THREAD, exit_signal=0}strace: Process 779 attached
 => {parent_tid=[779]}, 88) = 779
[pid   779] ioctl(4, DMA_BUF_IOCTL_SYNC, 0xffffd1000 <unfinished ...>
[pid   777] ioctl(4, DMA_BUF_IOCTL_SYNC, 0xffffd1000) = 0
[pid   779] <... ioctl resumed>)        = 0
[pid   779] exit(0)                     = ?
munmap(0xffff90000000, 1048576) = 0
exit_group(0) = ?
`,
    ],
  ])('is read with %s', async (_, text) => {
    const { trace } = importStrace(text, 'strace.txt');
    const { differences, calls } = replayTrace(await boot('hikey'), trace.events);
    expect(differences).toEqual([]);
    expect(calls).toBeGreaterThan(5);
    expect(trace.events.filter((event) => 'process' in event)).toHaveLength(1);
  });

  it('takes an allocation that failed to be as large as the one before', () => {
    const text = `
openat(AT_FDCWD, "/dev/dma_heap/system", O_RDWR) = 3
ioctl(3, DMA_HEAP_IOCTL_ALLOC, 0x1) = 0
lseek(4, 0, SEEK_END) = 8388608
ioctl(3, DMA_HEAP_IOCTL_ALLOC, 0x1) = -1 ENOMEM (Cannot allocate memory)
`;
    const { trace, remarks } = importStrace(text, 's.txt');
    expect(trace.events.at(-1)).toMatchObject({ args: [3, 'DMA_HEAP_IOCTL_ALLOC', { len: 8388608 }] });
    expect(remarks).toEqual([
      'call 4, DMA_HEAP_IOCTL_ALLOC: nothing tells its size; 8388608 bytes are assumed, as before',
    ]);
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
