import { describe, expect, it } from 'vitest';
import {
  DMA_HEAP_IOCTL_ALLOC,
  decodeAllocationData,
  encodeAllocationData,
} from '../../linux/uapi/dma-heap.ts';
import { O_CLOEXEC, O_RDWR } from '../../linux/uapi/fcntl.ts';
import { UDMABUF_CREATE } from '../../linux/uapi/udmabuf.ts';
import { smallKernel } from '../../testing/small-kernel.ts';
import { spawnProcess } from '../process.ts';
import { fileSystem } from './file-system.ts';
import { type KernelInterface, kernelInterface } from './kernel-interface.ts';

/** Code as somebody wrote it for node:fs, with `fs` and `ioctl` handed in. */
function allocateWith(fs: ReturnType<typeof fileSystem>, heap: string, size: number): number {
  const fd = fs.openSync(`/dev/dma_heap/${heap}`, 'r+');
  try {
    const argument = Buffer.alloc(24);
    argument.writeBigUInt64LE(BigInt(size), 0);
    argument.writeUInt32LE(fs.constants.O_RDWR, 12);
    fs.ioctl(fd, 0xc0184800, argument);
    return argument.readUInt32LE(8);
  } finally {
    fs.closeSync(fd);
  }
}

describe('the file system facade', () => {
  const board = () => fileSystem(spawnProcess(smallKernel()));

  it('runs code that was written for node:fs', () => {
    const fs = board();
    expect(fs.readdirSync('/dev/dma_heap')).toEqual(['linux,cma', 'system']);
    const buffer = allocateWith(fs, 'linux,cma', 8192);
    expect(fs.fstatSync(buffer).size).toBe(8192);
    fs.closeSync(buffer);
  });

  it('tells of files what node:fs tells', () => {
    const fs = board();
    const status = fs.statSync('/dev/dma_heap/system');
    expect([status.isCharacterDevice(), status.isFile(), status.mode & 0o777]).toEqual([true, false, 0o600]);
    expect(status.rdev).toBeGreaterThan(0);
    expect([fs.existsSync('/dev/dma_heap'), fs.existsSync('/dev/ion')]).toEqual([true, false]);
    expect(fs.lstatSync('/proc/self').isSymbolicLink()).toBe(true);
  });

  it('reads and writes', () => {
    const fs = board();
    fs.writeFileSync('/tmp/a', 'hello world');
    const fd = fs.openSync('/tmp/a', 'r+');
    const room = Buffer.alloc(8);
    expect(fs.readSync(fd, room, 1, 5, 6)).toBe(5);
    expect(room.toString('utf8', 1, 6)).toBe('world');
    expect(fs.writeSync(fd, Buffer.from('HELLO'), 0, 5, 0)).toBe(5);
    fs.ftruncateSync(fd, 5);
    expect(fs.readFileSync('/tmp/a', 'utf8')).toBe('HELLO');
    fs.closeSync(fd);
    fs.unlinkSync('/tmp/a');
    expect(fs.existsSync('/tmp/a')).toBe(false);
  });

  it.each([
    ['openSync', (fs: ReturnType<typeof board>) => fs.openSync('/dev/ion'), 'open', '/dev/ion'],
    ['readdirSync', (fs: ReturnType<typeof board>) => fs.readdirSync('/dev/ion'), 'scandir', '/dev/ion'],
    ['statSync', (fs: ReturnType<typeof board>) => fs.statSync('/dev/ion'), 'stat', '/dev/ion'],
    ['accessSync', (fs: ReturnType<typeof board>) => fs.accessSync('/dev/ion'), 'access', '/dev/ion'],
  ])('fails as Node does: %s', (_, act, syscall, path) => {
    const expected = { code: 'ENOENT', errno: -2, syscall, path };
    const message = `ENOENT: no such file or directory, ${syscall} '${path}'`;
    expect(() => act(board())).toThrow(expect.objectContaining({ ...expected, message }));
  });

  it('knows the flags that are words, and no others', () => {
    expect(() => board().openSync('/dev/null', 'q')).toThrow('unknown open flags "q"');
  });
});

describe('the kernel interface of dma-buf allocators', () => {
  const kernel = (): KernelInterface => kernelInterface(spawnProcess(smallKernel()));

  it('lists and opens heaps, and allocates', () => {
    const it = kernel();
    expect(it.readdir({ path: '/dev/dma_heap' })).toEqual({
      errno: undefined,
      entries: ['linux,cma', 'system'],
    });
    const { fd = -1 } = it.open({ path: '/dev/dma_heap/system', flags: O_RDWR | O_CLOEXEC });
    const heap = it.dup({ fd });
    it.close({ fd });
    const arg = encodeAllocationData({ length: BigInt(it.determinePageSize()), fdFlags: O_RDWR });
    expect(it.ioctl({ fd: heap, request: BigInt(DMA_HEAP_IOCTL_ALLOC), arg })).toEqual({
      errno: undefined,
      ret: 0n,
    });
    expect(decodeAllocationData(arg).fd).toBe(fd);
  });

  it('answers failures with a positive errno and nothing beside it', () => {
    const it = kernel();
    expect(it.open({ path: '/dev/dma_heap/absent', flags: O_RDWR })).toEqual({ errno: 2, fd: undefined });
    expect(it.readdir({ path: '/dev/null' })).toEqual({ errno: 20, entries: undefined });
    expect(it.ioctl({ fd: 99, request: 0n, arg: new Uint8Array(24) })).toEqual({ errno: 9, ret: undefined });
    expect(it.fcntl({ fd: 99, cmd: 1033, arg: 2 })).toEqual({ errno: 9 });
    expect(it.ftruncate({ fd: 99, length: 1 }).error).toMatchObject({ code: 'EBADF' });
    expect(() => it.dup({ fd: 99 })).toThrow('EBADF');
  });

  it('makes udmabufs', () => {
    const it = kernel();
    const { memfd = -1 } = it.memfd_create({ name: 'pool', flags: 2 });
    expect(it.ftruncate({ fd: memfd, length: 4096 })).toEqual({ error: undefined });
    expect(it.fcntl({ fd: memfd, cmd: 1033, arg: 2 })).toEqual({ errno: undefined });
    const { fd = -1 } = it.open({ path: '/dev/udmabuf', flags: O_RDWR });
    const arg = Buffer.alloc(24);
    arg.writeUInt32LE(memfd, 0);
    arg.writeBigUInt64LE(4096n, 16);
    expect(it.ioctl({ fd, request: BigInt(UDMABUF_CREATE), arg }).ret).toBe(BigInt(fd + 1));
  });
});
