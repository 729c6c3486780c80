import { describe, expect, it } from 'vitest';
import { codeOf } from '../../testing/failures.ts';
import { smallKernel } from '../../testing/small-kernel.ts';
import { type Process, spawnProcess } from '../../userland/process.ts';
import { AT_EMPTY_PATH, AT_FDCWD, O_RDWR } from '../uapi/fcntl.ts';
import { signals } from '../uapi/signal.ts';

function room(process: Process, size: number): number {
  return Number(process.memory.allocate(size));
}

const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

describe('uname() and sysinfo()', () => {
  it('tell of the release that was booted', () => {
    const kernel = smallKernel({ release: '6.12' });
    expect(spawnProcess(kernel).uname()).toMatchObject({
      sysname: 'Linux',
      release: kernel.release.version,
      machine: 'aarch64',
    });
  });

  it('tell how much memory there is, and how much is free', () => {
    const kernel = smallKernel();
    const process = spawnProcess(kernel);
    const address = room(process, 112);
    process.memory.write(address, new Uint8Array(112));
    process.syscall('sysinfo', address);
    const view = viewOf(process.memory.read(address, 112));
    expect(Number(view.getBigUint64(32, true))).toBe(kernel.pages.totalPages * 4096);
    expect(Number(view.getBigUint64(40, true))).toBe(kernel.pages.freePages * 4096);
  });
});

describe('getrandom()', () => {
  it('gives the same bytes in each boot, and others each time', () => {
    const [first, second] = [spawnProcess(smallKernel()), spawnProcess(smallKernel())];
    const bytes = [first.getrandom(8), first.getrandom(8)].map(String);
    expect([second.getrandom(8), second.getrandom(8)].map(String)).toEqual(bytes);
    expect(bytes[0]).not.toBe(bytes[1]);
  });

  it('is what /dev/urandom reads, and refuses unknown flags', () => {
    const process = spawnProcess(smallKernel());
    expect(process.read(process.open('/dev/urandom', O_RDWR), 16)).toHaveLength(16);
    expect(codeOf(() => process.syscall('getrandom', room(process, 8), 8, 8))).toBe('EINVAL');
    expect(codeOf(() => process.syscall('getrandom', room(process, 8), 8, 6))).toBe('EINVAL');
  });

  it('gives as much as the memory takes', () => {
    const process = spawnProcess(smallKernel());
    const mapped = process.syscall('mmap', 0x100_0000, 4096, 3, 0x22, -1, 0);
    expect(process.syscall('getrandom', mapped + 4000, 2 ** 31 - 1, 0)).toBe(64);
    expect(codeOf(() => process.syscall('getrandom', mapped + 4096, 2 ** 31 - 1, 0))).toBe('EFAULT');
  });
});

describe('syslog()', () => {
  const readAll = 3;

  it('reads the newest lines that fit, as dmesg does', () => {
    const kernel = smallKernel();
    const process = spawnProcess(kernel);
    const address = room(process, 1 << 16);
    const length = process.syscall('syslog', readAll, address, 1 << 16);
    const text = new TextDecoder().decode(process.memory.read(address, length));
    expect(text).toContain(`<5>[    0.000000] Linux version ${kernel.release.version}\n`);
    const short = process.syscall('syslog', readAll, address, 100);
    const last = new TextDecoder().decode(process.memory.read(address, short));
    expect(text.endsWith(last)).toBe(true);
    expect(process.syscall('syslog', 10, 0, 0)).toBeGreaterThan(0);
  });

  it('clears what is shown, for those who may', () => {
    const process = spawnProcess(smallKernel());
    process.syscall('syslog', 5, 0, 0);
    expect(process.syscall('syslog', readAll, room(process, 64), 64)).toBe(0);
    const user = spawnProcess(smallKernel(), { uid: 1000 });
    expect(codeOf(() => user.syscall('syslog', 5, 0, 0))).toBe('EPERM');
    expect(codeOf(() => user.syscall('syslog', 99, 0, 0))).toBe('EINVAL');
    expect(user.syscall('syslog', readAll, room(user, 64), 64)).toBeLessThanOrEqual(64);
  });
});

describe('statx()', () => {
  it('tells of a node what stat() tells, and more', () => {
    const process = spawnProcess(smallKernel());
    const [path, address] = [process.memory.allocateString('/dev/dma_heap/system'), room(process, 256)];
    process.syscall('statx', AT_FDCWD, path, 0, 0x7ff, address);
    const view = viewOf(process.memory.read(address, 256));
    const status = process.stat('/dev/dma_heap/system');
    expect(view.getUint16(28, true)).toBe(status.mode);
    expect([view.getUint32(128, true), view.getUint32(132, true)]).toEqual([252, 0]);
    expect(Number(view.getBigUint64(32, true))).toBe(status.inode);
  });

  it('looks at a descriptor where the path is empty, and refuses what is reserved', () => {
    const process = spawnProcess(smallKernel());
    const heap = process.open('/dev/dma_heap/system', O_RDWR);
    const buffer = process.dmaHeapAlloc(heap, 8192, O_RDWR);
    const [path, address] = [process.memory.allocateString(''), room(process, 256)];
    process.syscall('statx', buffer, path, AT_EMPTY_PATH, 0x7ff, address);
    expect(viewOf(process.memory.read(address, 256)).getBigUint64(40, true)).toBe(8192n);
    expect(codeOf(() => process.syscall('statx', buffer, path, AT_EMPTY_PATH, 0x80000000, address))).toBe(
      'EINVAL',
    );
    expect(codeOf(() => process.syscall('statx', buffer, path, 0, 0, address))).toBe('ENOENT');
  });
});

describe('capabilities and ids', () => {
  it('can be given up and not be gained', () => {
    const process = spawnProcess(smallKernel());
    const [header, data] = [room(process, 8), room(process, 24)];
    const word = new Uint8Array(8);
    viewOf(word).setUint32(0, 0x20080522, true);
    process.memory.write(header, word);
    process.syscall('capget', header, data);
    const held = process.memory.read(data, 24);
    expect(viewOf(held).getUint32(0, true)).toBeGreaterThan(0);
    process.syscall('capset', header, room(process, 24));
    process.memory.write(data, held);
    expect(codeOf(() => process.syscall('capset', header, data))).toBe('EPERM');
    expect(codeOf(() => process.setuid(5))).toBe('EPERM');
  });

  it('are those of another user after setresuid()', () => {
    const process = spawnProcess(smallKernel());
    process.syscall('setresuid', 1000, 1000, 1000);
    expect(process.syscall('geteuid')).toBe(1000);
    expect(codeOf(() => process.syscall('setresuid', 0, 0, 0))).toBe('EPERM');
    expect(codeOf(() => process.open('/dev/dma_heap/system', O_RDWR))).toBe('EACCES');
  });
});

describe('clocks', () => {
  it('move with virtual time only', () => {
    const process = spawnProcess(smallKernel());
    const before = process.now();
    process.sleep(7_000_000);
    expect(process.now() - before).toBeGreaterThanOrEqual(7_000_000n);
    expect(process.now() - before).toBeLessThan(8_000_000n);
  });

  it.each([
    ['clock_gettime', [99, 0], 'EINVAL'],
    ['clock_gettime', [1, 0], 'EFAULT'],
    ['clock_nanosleep', [4, 0, 0, 0], 'EOPNOTSUPP'],
    ['clock_nanosleep', [3, 0, 0, 0], 'EINVAL'],
  ])('%s refuses what it cannot do: %j', (call, registers, code) => {
    expect(codeOf(() => spawnProcess(smallKernel()).syscall(call, ...registers))).toBe(code);
  });

  it('leave the rest of a sleep that a signal ended', () => {
    const process = spawnProcess(smallKernel());
    const [time, rest, timer] = [room(process, 16), room(process, 16), room(process, 32)];
    process.onSignal(signals.SIGALRM, () => {});
    const second = new Uint8Array(16);
    viewOf(second).setBigInt64(0, 1n, true);
    process.memory.write(time, second);
    const alarm = new Uint8Array(32);
    viewOf(alarm).setBigInt64(24, 400_000n, true);
    process.memory.write(timer, alarm);
    process.syscall('setitimer', 0, timer, 0);
    expect(codeOf(() => process.syscall('nanosleep', time, rest))).toBe('EINTR');
    const left = viewOf(process.memory.read(rest, 16)).getBigInt64(8, true);
    expect(left).toBeGreaterThan(590_000_000n);
    expect(left).toBeLessThan(600_000_001n);
  });
});

describe('a handler that lets calls begin anew', () => {
  it('runs within a wait, and the wait goes on', () => {
    const process = spawnProcess(smallKernel());
    const [input, output] = process.pipe();
    const timer = room(process, 32);
    const alarm = new Uint8Array(32);
    viewOf(alarm).setBigInt64(24, 1000n, true);
    process.memory.write(timer, alarm);
    const caught: number[] = [];
    process.onSignal(signals.SIGALRM, (signal) => {
      caught.push(signal);
      process.write(output, 'x');
    });
    const action = new Uint8Array(32);
    viewOf(action).setBigUint64(0, BigInt(0x1000 + signals.SIGALRM), true);
    viewOf(action).setBigUint64(8, 0x1000_0000n, true);
    const restarting = room(process, 32);
    process.memory.write(restarting, action);
    process.syscall('rt_sigaction', signals.SIGALRM, restarting, 0, 8);
    process.syscall('setitimer', 0, timer, 0);
    expect(new TextDecoder().decode(process.read(input, 1))).toBe('x');
    expect(caught).toEqual([signals.SIGALRM]);
  });
});

describe('close_range()', () => {
  it('closes what is open in it, or marks it for execve()', () => {
    const process = spawnProcess(smallKernel());
    const fds = [0, 1, 2, 3].map(() => process.open('/dev/null', O_RDWR));
    process.syscall('close_range', 1, 2, 0);
    expect(process.readdir('/proc/self/fd').filter((fd) => fds.includes(Number(fd)))).toEqual([
      '0',
      '1',
      '3',
    ]);
    process.syscall('close_range', 3, 0xffffffff, 4);
    expect(process.fcntl(3, 1)).toBe(1);
    expect(codeOf(() => process.syscall('close_range', 2, 1, 0))).toBe('EINVAL');
  });
});
