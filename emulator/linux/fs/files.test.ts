import { beforeEach, describe, expect, it } from 'vitest';
import { codeOf, failure } from '../../testing/failures.ts';
import { smallKernel } from '../../testing/small-kernel.ts';
import { WaitsForever } from '../../userland/errors.ts';
import { type Process, spawnProcess } from '../../userland/process.ts';
import type { Kernel } from '../init/kernel.ts';
import {
  F_DUPFD_CLOEXEC,
  F_GETFD,
  F_GETFL,
  F_SETFD,
  F_SETFL,
  O_CREAT,
  O_DIRECT,
  O_DIRECTORY,
  O_EXCL,
  O_NOFOLLOW,
  O_NONBLOCK,
  O_PATH,
  O_RDONLY,
  O_RDWR,
  O_WRONLY,
  SEEK_END,
} from '../uapi/fcntl.ts';
import { S_IFCHR } from '../uapi/stat.ts';

let kernel: Kernel;
let root: Process;

beforeEach(() => {
  kernel = smallKernel();
  root = spawnProcess(kernel);
});

const heap = '/dev/dma_heap/system';

describe('a folder in memory', () => {
  it('lists the newest name first', () => {
    for (const name of ['a', 'b', 'c']) root.mkdir(`/tmp/${name}`);
    root.rmdir('/tmp/b');
    expect(root.readdir('/tmp')).toEqual(['c', 'a']);
    expect(root.readdir('/dev/dma_heap')).toEqual(['linux,cma', 'system']);
  });
});

describe('opening a heap node', () => {
  it.each([
    ['with O_EXCL', O_RDWR | O_CREAT | O_EXCL, 'EEXIST'],
    ['as a folder', O_DIRECTORY, 'ENOTDIR'],
    ['for direct access', O_RDWR | O_DIRECT, 'EINVAL'],
  ])('%s is refused', (_, flags, code) => {
    const open = kernel.files.open;
    expect(() => root.open(heap, flags)).toThrow(failure(code));
    expect(kernel.files.open).toBe(open);
    expect(root.open(heap, O_RDWR)).toBe(0);
  });

  it('names the path in the error', () => {
    expect(() => root.open('/dev/dma_heap/none', O_RDWR)).toThrow(
      expect.objectContaining({ code: 'ENOENT', errno: -2, syscall: 'openat', path: '/dev/dma_heap/none' }),
    );
  });

  it('is for its owner, its group and those who may override', () => {
    const opens = (credentials: Parameters<typeof spawnProcess>[1]) =>
      codeOf(() => spawnProcess(kernel, credentials).open(heap, O_RDWR));
    const video = { uid: 1000, gid: 1000, groups: [44] };
    expect(opens(video)).toBe('EACCES');
    root.syscall('fchownat', -100, root.memory.allocateString(heap), 0, 44, 0);
    root.syscall('fchmodat', -100, root.memory.allocateString(heap), 0o660);
    expect(opens(video)).toBe('success');
    expect(opens({ uid: 1000, gid: 1000 })).toBe('EACCES');
    expect(opens({ uid: 1000, gid: 44 })).toBe('success');
    expect(opens({ uid: 0, capabilities: new Set() })).toBe('success');
    expect(opens({ uid: 5, capabilities: new Set(['CAP_DAC_OVERRIDE']) })).toBe('success');
  });

  it('asks for nothing but search on the way with O_PATH', () => {
    const nobody = spawnProcess(kernel, { uid: 1000 });
    const fd = nobody.open(heap, O_PATH);
    expect(() => nobody.ioctl(fd, 0)).toThrow(failure('EBADF'));
    expect(nobody.fcntl(fd, F_GETFL)).toBe(O_PATH);
  });

  it('gives ENXIO where no driver has the number, and the heap under any other name', () => {
    const { major, minor } = kernel.dmaHeaps.all[0] ?? { major: 0, minor: 0 };
    root.mknod('/tmp/same', S_IFCHR | 0o600, (major << 8) | minor);
    root.mknod('/tmp/other', S_IFCHR | 0o600, (major << 8) | 100);
    expect(root.dmaHeapAlloc(root.open('/tmp/same', O_RDONLY), 4096, O_RDWR)).toBeGreaterThan(0);
    expect(() => root.open('/tmp/other', O_RDWR)).toThrow(failure('ENXIO'));
  });

  it('ends at file-max with ENFILE for those who are no administrators', () => {
    kernel.files.maximum = kernel.files.open;
    const user = spawnProcess(kernel, { uid: 1000 });
    expect(() => user.open('/dev/null', O_RDWR)).toThrow(failure('ENFILE'));
    expect(root.open('/dev/null', O_RDWR)).toBe(0);
  });
});

describe('paths', () => {
  it('follow links, relative ones from where they lie', () => {
    expect(root.readdir('/sys/class/dma_heap/system')).toContain('dev');
    root.syscall(
      'symlinkat',
      root.memory.allocateString('null'),
      -100,
      root.memory.allocateString('/dev/void'),
    );
    expect(root.stat('/dev/void').specialDevice).toBe(root.stat('/dev/null').specialDevice);
    expect(() => root.open('/dev/void', O_RDONLY | O_NOFOLLOW)).toThrow(failure('ELOOP'));
  });

  it('that run in a circle are ELOOP', () => {
    const [a, b] = ['/tmp/a', '/tmp/b'].map((path) => root.memory.allocateString(path));
    root.syscall('symlinkat', a ?? 0, -100, b ?? 0);
    root.syscall('symlinkat', b ?? 0, -100, a ?? 0);
    expect(() => root.open('/tmp/a', O_RDONLY)).toThrow(failure('ELOOP'));
  });

  it('through a file are ENOTDIR', () => {
    expect(() => root.open('/dev/null/x', O_RDONLY)).toThrow(failure('ENOTDIR'));
  });
});

describe('a file of tmpfs', () => {
  it('keeps what is written, with holes of zeroes', () => {
    const fd = root.open('/tmp/file', O_RDWR | O_CREAT, 0o640);
    root.write(fd, 'hello');
    root.pwrite(fd, Uint8Array.of(1), 10000);
    expect(root.lseek(fd, 0, SEEK_END)).toBe(10001);
    expect([...root.pread(fd, 3, 4)]).toEqual([111, 0, 0]);
    root.ftruncate(fd, 2);
    expect(root.readFile('/tmp/file')).toBe('he');
    expect(root.stat('/tmp/file').mode & 0o777).toBe(0o640);
    root.unlink('/tmp/file');
    expect(() => root.stat('/tmp/file')).toThrow(failure('ENOENT'));
  });
});

describe('descriptors', () => {
  it('are the lowest free numbers', () => {
    const [a, b, c] = [0, 1, 2].map(() => root.open('/dev/null', O_RDONLY));
    root.close(b ?? -1);
    expect(root.dup(c ?? -1)).toBe(b);
    expect(root.fcntl(a ?? -1, F_DUPFD_CLOEXEC, 100)).toBe(100);
    expect(root.dup2(a ?? -1, 50)).toBe(50);
    expect(root.open('/dev/null', O_RDONLY)).toBe(3);
  });

  it('share flags where they share a file, and never close-on-exec', () => {
    const fd = root.open('/dev/null', O_RDWR);
    const copy = root.dup(fd);
    root.fcntl(copy, F_SETFL, O_NONBLOCK);
    root.fcntl(copy, F_SETFD, 1);
    expect(root.fcntl(fd, F_GETFL) & O_NONBLOCK).toBe(O_NONBLOCK);
    expect(root.fcntl(fd, F_GETFD)).toBe(0);
  });
});

describe('a pipe', () => {
  it('hands on bytes and tells of its end', () => {
    const [reading, writing] = root.pipe();
    root.write(writing, 'abc');
    root.close(writing);
    expect(root.read(reading, 2)).toEqual(new TextEncoder().encode('ab'));
    expect(root.read(reading, 9)).toEqual(new TextEncoder().encode('c'));
    expect(root.read(reading, 9)).toHaveLength(0);
  });

  it('waits for another process, or forever', () => {
    const [reading] = root.pipe();
    expect(() => root.read(reading, 1)).toThrow(WaitsForever);
  });

  it('is no place to write to once nobody reads', () => {
    const [reading, writing] = root.pipe();
    root.ignoreSignal(13);
    root.close(reading);
    expect(() => root.write(writing, 'x')).toThrow(failure('EPIPE'));
    expect(() => root.open('/dev/null', O_WRONLY)).not.toThrow();
  });
});
