import { beforeEach, describe, expect, it } from 'vitest';
import { failure } from '../../testing/failures.ts';
import { receiveRights, sendRights, socketPair } from '../../testing/rights.ts';
import { smallKernel } from '../../testing/small-kernel.ts';
import { WaitsForever } from '../../userland/errors.ts';
import { type Process, spawnProcess } from '../../userland/process.ts';
import type { Kernel } from '../init/kernel.ts';
import { F_GETFD, O_RDWR } from '../uapi/fcntl.ts';
import { SOCK_DGRAM, SOCK_NONBLOCK, SOCK_SEQPACKET, SOCK_STREAM } from '../uapi/socket.ts';

let kernel: Kernel;
let process: Process;

beforeEach(() => {
  kernel = smallKernel();
  process = spawnProcess(kernel);
});

function buffer(): number {
  const heap = process.open('/dev/dma_heap/system', O_RDWR);
  const fd = process.dmaHeapAlloc(heap, 4096, O_RDWR);
  process.close(heap);
  return fd;
}

describe('a pair of local sockets', () => {
  it('merges what a stream carries, and keeps messages apart', () => {
    const texts = (type: number) => {
      const [one, other] = socketPair(process, type);
      sendRights(process, one, 'ab');
      sendRights(process, one, 'cd');
      return [receiveRights(process, other, 3).text, process.read(other, 8).length];
    };
    expect(texts(SOCK_STREAM)).toEqual(['abc', 1]);
    expect(texts(SOCK_DGRAM)).toEqual(['ab', 2]);
    expect(texts(SOCK_SEQPACKET)).toEqual(['ab', 2]);
  });

  it('waits for the other end, or says that nothing is there', () => {
    const [waiting] = socketPair(process, SOCK_STREAM);
    expect(() => process.read(waiting, 1)).toThrow(WaitsForever);
    const [hasty, far] = socketPair(process, SOCK_STREAM | SOCK_NONBLOCK);
    expect(() => process.read(hasty, 1)).toThrow(failure('EAGAIN'));
    process.close(far);
    expect(process.read(hasty, 1)).toHaveLength(0);
    expect(() => process.write(hasty, 'x')).toThrow(failure('EPIPE'));
  });

  it('is full after about a hundred KiB', () => {
    const [one] = socketPair(process, SOCK_STREAM | SOCK_NONBLOCK);
    let sent = 0;
    expect(() => {
      for (;;) sent += process.write(one, new Uint8Array(8192));
    }).toThrow(failure('EAGAIN'));
    expect(sent).toBeGreaterThan(65_536);
    expect(sent).toBeLessThanOrEqual(212_992);
  });
});

describe('a descriptor in a message', () => {
  it('keeps its buffer alive on the way, and is another number for the same buffer', () => {
    const [one, other] = socketPair(process, SOCK_STREAM);
    const fd = buffer();
    const { inode } = process.fstat(fd);
    sendRights(process, one, 'x', [fd]);
    process.close(fd);
    expect(kernel.dmaBufs.live).toHaveLength(1);
    const child = process.fork();
    const { fds, text } = receiveRights(child, other);
    expect(text).toBe('x');
    expect(fds.map((received) => child.fstat(received).inode)).toEqual([inode]);
    expect(child.fcntl(fds[0] ?? -1, F_GETFD)).toBe(0);
    child.exit();
    expect(kernel.dmaBufs.live).toEqual([]);
  });

  it('ends a read of a stream: what was sent after it comes with the next', () => {
    const [one, other] = socketPair(process, SOCK_STREAM);
    sendRights(process, one, 'a');
    sendRights(process, one, 'b', [buffer()]);
    sendRights(process, one, 'c');
    const first = receiveRights(process, other);
    expect([first.text, first.fds.length]).toEqual(['ab', 1]);
    expect(receiveRights(process, other)).toEqual({ text: 'c', fds: [], isCut: false });
  });

  it('is dropped where nobody has room for it', () => {
    const [one, other] = socketPair(process, SOCK_STREAM);
    const [first, second] = [buffer(), buffer()];
    sendRights(process, one, 'x', [first, second]);
    process.close(first);
    process.close(second);
    // A control message of 16 bytes and one descriptor has room for two by its padding.
    const { fds, isCut } = receiveRights(process, other, 8, 0);
    expect([fds, isCut]).toEqual([[], true]);
    expect(kernel.dmaBufs.live).toEqual([]);
  });

  it('goes with a plain read, and with the socket', () => {
    const [one, other] = socketPair(process, SOCK_STREAM);
    const fd = buffer();
    sendRights(process, one, 'x', [fd]);
    sendRights(process, one, 'y', [fd]);
    process.close(fd);
    process.read(other, 1);
    expect(kernel.dmaBufs.live).toHaveLength(1);
    process.close(other);
    expect(kernel.dmaBufs.live).toEqual([]);
  });

  it('must be open, and there may be 253 of them', () => {
    const [one] = socketPair(process, SOCK_STREAM);
    expect(() => sendRights(process, one, 'x', [99])).toThrow(failure('EBADF'));
    const fd = buffer();
    expect(sendRights(process, one, 'x', Array<number>(253).fill(fd))).toBe(1);
    expect(() => sendRights(process, one, 'x', Array<number>(254).fill(fd))).toThrow(failure('EINVAL'));
  });
});

describe('sockets that only messages carry', () => {
  it('go once another socket does, with all that they hold', () => {
    const [one, other] = socketPair(process, SOCK_STREAM);
    const fd = buffer();
    sendRights(process, one, 'x', [other, fd]);
    for (const open of [one, other, fd]) process.close(open);
    expect(kernel.dmaBufs.live).toHaveLength(1);
    const [spare] = socketPair(process, SOCK_STREAM);
    process.close(spare);
    expect(kernel.dmaBufs.live).toEqual([]);
    expect(kernel.socketsInFlight.sockets).toEqual([]);
  });

  it('stay while somebody can still receive them', () => {
    const [outer, reader] = socketPair(process, SOCK_STREAM);
    const [one, other] = socketPair(process, SOCK_STREAM);
    sendRights(process, one, 'x', [buffer()]);
    sendRights(process, outer, 'o', [other]);
    process.close(other);
    const [spare] = socketPair(process, SOCK_STREAM);
    process.close(spare);
    const [carried = -1] = receiveRights(process, reader).fds;
    expect(receiveRights(process, carried).fds).toHaveLength(1);
  });
});
