import { beforeEach, describe, expect, it } from 'vitest';
import { failure } from '../../testing/failures.ts';
import { smallKernel } from '../../testing/small-kernel.ts';
import { WaitsForever } from '../../userland/errors.ts';
import { type Process, spawnProcess } from '../../userland/process.ts';
import { O_RDWR } from '../uapi/fcntl.ts';
import {
  EPOLL_CTL_ADD,
  EPOLL_CTL_DEL,
  EPOLL_CTL_MOD,
  EPOLLONESHOT,
  POLLHUP,
  POLLIN,
  POLLOUT,
} from '../uapi/poll.ts';

let process: Process;

beforeEach(() => {
  process = spawnProcess(smallKernel());
});

const epoll = () => process.syscall('epoll_create1', 0);

/** struct epoll_event on arm64: events @0, data @8. */
function control(epollFd: number, operation: number, fd: number, events = 0, data = 0): void {
  const event = new Uint8Array(16);
  const view = new DataView(event.buffer);
  view.setUint32(0, events, true);
  view.setBigUint64(8, BigInt(data), true);
  const address = process.memory.push(event);
  try {
    process.syscall('epoll_ctl', epollFd, operation, fd, address);
  } finally {
    process.memory.pop(address);
  }
}

function wait(epollFd: number, timeout = 0): readonly (readonly [events: number, data: number])[] {
  const address = process.memory.push(new Uint8Array(64));
  try {
    const count = process.syscall('epoll_pwait', epollFd, address, 4, timeout, 0, 8);
    const view = new DataView(process.memory.read(address, 64).buffer);
    return Array.from({ length: count }, (_, index) => [
      view.getUint32(index * 16, true),
      Number(view.getBigUint64(index * 16 + 8, true)),
    ]);
  } finally {
    process.memory.pop(address);
  }
}

describe('epoll', () => {
  it('tells what is ready, with what was left for it', () => {
    const fd = epoll();
    const [reading, writing] = process.pipe();
    control(fd, EPOLL_CTL_ADD, reading, POLLIN, 7);
    control(fd, EPOLL_CTL_ADD, writing, POLLOUT, 8);
    expect(wait(fd)).toEqual([[POLLOUT, 8]]);
    process.write(writing, 'x');
    expect(wait(fd)).toEqual([
      [POLLIN, 7],
      [POLLOUT, 8],
    ]);
    process.close(writing);
    process.read(reading, 1);
    expect(wait(fd)).toEqual([[POLLHUP, 7]]);
  });

  it('waits as long as it is told to, or forever', () => {
    const fd = epoll();
    const [reading] = process.pipe();
    control(fd, EPOLL_CTL_ADD, reading, POLLIN);
    expect(wait(fd, 10)).toEqual([]);
    expect(() => wait(fd, -1)).toThrow(WaitsForever);
  });

  it('knows a descriptor once, changes it and forgets it', () => {
    const fd = epoll();
    const [reading] = process.pipe();
    expect(() => control(fd, EPOLL_CTL_MOD, reading)).toThrow(failure('ENOENT'));
    control(fd, EPOLL_CTL_ADD, reading, POLLIN);
    expect(() => control(fd, EPOLL_CTL_ADD, reading)).toThrow(failure('EEXIST'));
    control(fd, EPOLL_CTL_ADD, process.dup(reading), POLLIN);
    control(fd, EPOLL_CTL_DEL, reading);
    expect(() => control(fd, EPOLL_CTL_DEL, reading)).toThrow(failure('ENOENT'));
    expect(() => control(fd, 9, reading)).toThrow(failure('EINVAL'));
  });

  it('tells once of what was asked for once', () => {
    const fd = epoll();
    const [, writing] = process.pipe();
    control(fd, EPOLL_CTL_ADD, writing, POLLOUT | EPOLLONESHOT, 3);
    expect(wait(fd)).toEqual([[POLLOUT, 3]]);
    expect(wait(fd)).toEqual([]);
    control(fd, EPOLL_CTL_MOD, writing, POLLOUT, 4);
    expect(wait(fd)).toEqual([[POLLOUT, 4]]);
  });

  it('refuses files that are always ready: heaps and folders', () => {
    const fd = epoll();
    const heap = process.open('/dev/dma_heap/system', O_RDWR);
    expect(() => control(fd, EPOLL_CTL_ADD, heap, POLLIN)).toThrow(failure('EPERM'));
    expect(() => control(fd, EPOLL_CTL_ADD, 99, POLLIN)).toThrow(failure('EBADF'));
    control(fd, EPOLL_CTL_ADD, process.dmaHeapAlloc(heap, 4096, O_RDWR), POLLIN, 5);
    expect(wait(fd)).toEqual([[POLLIN, 5]]);
  });

  it('watches another one, but not itself, not in a circle and not five deep', () => {
    const [first, second] = [epoll(), epoll()];
    expect(() => control(first, EPOLL_CTL_ADD, first, POLLIN)).toThrow(failure('EINVAL'));
    control(first, EPOLL_CTL_ADD, second, POLLIN, 1);
    expect(() => control(second, EPOLL_CTL_ADD, first, POLLIN)).toThrow(failure('ELOOP'));
    const [, writing] = process.pipe();
    control(second, EPOLL_CTL_ADD, writing, POLLOUT);
    expect(wait(first)).toEqual([[POLLIN, 1]]);
    let inner = epoll();
    const nest = () => {
      const outer = epoll();
      control(outer, EPOLL_CTL_ADD, inner, POLLIN);
      inner = outer;
    };
    expect(() => {
      for (let depth = 0; depth < 8; depth += 1) nest();
    }).toThrow(failure('ELOOP'));
  });

  it('forgets what was closed', () => {
    const fd = epoll();
    const [reading, writing] = process.pipe();
    control(fd, EPOLL_CTL_ADD, writing, POLLOUT, 1);
    process.close(writing);
    process.close(reading);
    expect(wait(fd)).toEqual([]);
  });
});
