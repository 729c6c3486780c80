import { beforeEach, describe, expect, it } from 'vitest';
import { codeOf } from '../../testing/failures.ts';
import { smallKernel } from '../../testing/small-kernel.ts';
import { type Process, spawnProcess } from '../../userland/process.ts';
import type { Kernel } from '../init/kernel.ts';

let kernel: Kernel;
let root: Process;

beforeEach(() => {
  kernel = smallKernel();
  root = spawnProcess(kernel);
});

const text = (value: string) => root.memory.pushString(value);
const mount = (type: string, path: string) =>
  root.syscall('mount', text('none'), text(path), text(type), 0, 0);
const unmount = (path: string) => root.syscall('umount2', text(path), 0);

describe('mounting', () => {
  it('lets a first program mount what is mounted already', () => {
    mount('proc', '/proc');
    mount('devtmpfs', '/dev');
    expect(root.readFile('/proc/mounts').split('\n').slice(0, 3)).toEqual([
      'rootfs / rootfs rw 0 0',
      'devtmpfs /dev devtmpfs rw 0 0',
      'proc /proc proc rw 0 0',
    ]);
    expect(codeOf(() => unmount('/proc'))).toBe('EBUSY');
  });

  it('puts an empty file system over a folder, and takes it away', () => {
    root.mkdir('/data');
    root.mkdir('/data/below');
    mount('tmpfs', '/data');
    expect(root.readdir('/data')).toEqual([]);
    expect(root.readFile('/proc/self/mounts')).toContain('none /data tmpfs rw 0 0\n');
    unmount('/data');
    expect(root.readdir('/data')).toEqual(['below']);
    expect(codeOf(() => unmount('/data'))).toBe('EINVAL');
    expect(codeOf(() => mount('ext4', '/data'))).toBe('ENODEV');
  });

  it('is for administrators', () => {
    const other = spawnProcess(kernel, { uid: 1000, gid: 1000 });
    const path = other.memory.pushString('/tmp');
    const type = other.memory.pushString('tmpfs');
    expect(codeOf(() => other.syscall('mount', path, path, type, 0, 0))).toBe('EPERM');
  });
});
