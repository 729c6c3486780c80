import { beforeEach, describe, expect, it } from 'vitest';
import { O_CLOEXEC, O_RDONLY, O_RDWR, SEEK_END } from '../linux/uapi/fcntl.ts';
import {
  MAP_ANONYMOUS,
  MAP_PRIVATE,
  MAP_SHARED,
  PROT_NONE,
  PROT_READ,
  PROT_WRITE,
} from '../linux/uapi/mman.ts';
import { signals } from '../linux/uapi/signal.ts';
import { WNOHANG } from '../linux/uapi/wait.ts';
import { smallKernel } from '../testing/small-kernel.ts';
import { MemoryFault, ProcessEnded, SyscallError } from './errors.ts';
import { type Process, spawnProcess } from './process.ts';

let process: Process;

beforeEach(() => {
  process = spawnProcess(smallKernel());
});

const heap = '/dev/dma_heap/linux,cma';
const anonymous = MAP_PRIVATE | MAP_ANONYMOUS;

describe('a library call that fails', () => {
  it('throws what a program of Node would see: code, errno, call and path', () => {
    expect(() => process.open('/dev/dma_heap/absent', O_RDWR)).toThrow(SyscallError);
    expect(() => process.open('/dev/dma_heap/absent', O_RDWR)).toThrow(
      expect.objectContaining({ code: 'ENOENT', errno: -2, syscall: 'openat', path: '/dev/dma_heap/absent' }),
    );
  });

  it('gives a negative number where it is only tried', () => {
    expect(process.trySyscall('close', 99)).toBe(-9);
    expect(() => process.syscall('close', 99)).toThrow(expect.objectContaining({ code: 'EBADF' }));
    expect(() => process.syscall('nonsense')).toThrow('there is no system call nonsense');
  });
});

describe('a process', () => {
  it('allocates, names, maps and syncs a buffer', () => {
    const heapFd = process.open(heap, O_RDWR | O_CLOEXEC);
    const fd = process.dmaHeapAlloc(heapFd, 5000n, O_RDWR | O_CLOEXEC);
    expect(process.lseek(fd, 0, SEEK_END)).toBe(8192);
    process.dmaBufSetName(fd, 'frame');
    expect(process.readlink(`/proc/self/fd/${fd}`)).toBe('/dmabuf:frame');
    const address = process.mmap({ fd, length: 8192, prot: PROT_READ | PROT_WRITE, flags: MAP_SHARED });
    process.dmaBufSync(fd, 3);
    process.writeMemory(address, Uint8Array.of(1, 2, 3));
    expect([...process.readMemory(address, 4)]).toEqual([1, 2, 3, 0]);
    process.munmap(address, 8192);
    expect(() => process.readMemory(address, 1)).toThrow(ProcessEnded);
    expect(process.isAlive).toBe(false);
  });

  it('forks, and learns how its children ended', () => {
    const child = process.fork();
    expect(process.wait(-1, WNOHANG)).toBeUndefined();
    child.exit(3);
    expect(process.wait()).toEqual({ pid: child.pid, status: { kind: 'exited', code: 3 } });
    const killed = process.fork();
    process.kill(killed.pid, signals.SIGKILL);
    expect(process.wait(killed.pid)).toMatchObject({ status: { kind: 'killed', signal: signals.SIGKILL } });
    expect(() => process.wait()).toThrow(expect.objectContaining({ code: 'ECHILD' }));
  });

  it('does nothing more once it has ended', () => {
    process.exit(0);
    expect(() => process.open(heap, O_RDONLY)).toThrow(ProcessEnded);
    expect(process.exitStatus).toEqual({ kind: 'exited', code: 0 });
  });

  it('survives a fault that it handles', () => {
    const address = process.mmap({ length: 4096, prot: PROT_NONE, flags: anonymous });
    const seen: number[] = [];
    process.onSignal(signals.SIGSEGV, (signal) => seen.push(signal));
    expect(() => process.writeMemory(address, Uint8Array.of(1))).toThrow(MemoryFault);
    process.mprotect(address, 4096, PROT_READ | PROT_WRITE);
    process.writeMemory(address, Uint8Array.of(1));
    expect(process.isAlive).toBe(true);
    process.defaultSignal(signals.SIGSEGV);
    process.mprotect(address, 4096, PROT_NONE);
    expect(() => process.writeMemory(address, Uint8Array.of(1))).toThrow(ProcessEnded);
  });

  it('runs its handlers after the call in whose course a signal came', () => {
    const seen: number[] = [];
    process.onSignal(signals.SIGUSR1, (signal) => seen.push(signal));
    process.kill(process.pid, signals.SIGUSR1);
    expect(seen).toEqual([signals.SIGUSR1]);
    process.ignoreSignal(signals.SIGUSR1);
    process.kill(process.pid, signals.SIGUSR1);
    expect(seen).toEqual([signals.SIGUSR1]);
  });

  it('keeps the arguments of calls within calls apart', () => {
    const long = `/tmp/${'x'.repeat(200)}`;
    process.mkdir(long);
    expect(process.readdir('/tmp')).toEqual(['x'.repeat(200)]);
    expect(process.stat(long).mode & 0o777).toBe(0o755);
    const [reading, writing] = process.pipe();
    expect(process.write(writing, 'text')).toBe(4);
    expect(new TextDecoder().decode(process.read(reading, 10))).toBe('text');
  });

  it('gives up rights, and cannot open what is root’s', () => {
    process.setgid(1000);
    process.setuid(1000);
    expect(() => process.open(heap, O_RDWR)).toThrow(expect.objectContaining({ code: 'EACCES' }));
  });
});
