import { beforeEach, describe, expect, it } from 'vitest';
import { codeOf } from '../../testing/failures.ts';
import { smallKernel } from '../../testing/small-kernel.ts';
import { type Process, spawnProcess } from '../../userland/process.ts';
import type { Kernel } from '../init/kernel.ts';
import { AT_FDCWD, O_CREAT, O_WRONLY } from '../uapi/fcntl.ts';

let kernel: Kernel;
let root: Process;

beforeEach(() => {
  kernel = smallKernel();
  root = spawnProcess(kernel);
});

function write(path: string, text: string): void {
  const fd = root.open(path, O_CREAT | O_WRONLY, 0o644);
  root.write(fd, new TextEncoder().encode(text));
  root.close(fd);
}

const pathAt = (process: Process, path: string) => process.memory.pushString(path);

function rename(from: string, to: string, flags = 0, process = root): void {
  const [a, b] = [pathAt(process, from), pathAt(process, to)];
  process.syscall('renameat2', AT_FDCWD, a, AT_FDCWD, b, flags);
}

function link(from: string, to: string): void {
  root.syscall('linkat', AT_FDCWD, pathAt(root, from), AT_FDCWD, pathAt(root, to), 0);
}

const [noReplace, exchange] = [1, 2];

describe('renaming', () => {
  it('moves a file over another one, and a folder with what is in it', () => {
    write('/tmp/a', 'first');
    write('/tmp/b', 'second');
    rename('/tmp/a', '/tmp/b');
    expect(root.readdir('/tmp')).toEqual(['b']);
    expect(root.readFile('/tmp/b')).toBe('first');
    root.mkdir('/tmp/folder');
    rename('/tmp/b', '/tmp/folder/c');
    rename('/tmp/folder', '/tmp/moved');
    expect(root.readFile('/tmp/moved/c')).toBe('first');
    expect(root.stat('/tmp').links).toBe(3);
  });

  it('refuses what Linux refuses', () => {
    write('/tmp/file', '');
    root.mkdir('/tmp/folder');
    root.mkdir('/tmp/full');
    write('/tmp/full/file', '');
    const refused = (from: string, to: string, flags = 0) => codeOf(() => rename(from, to, flags));
    expect(refused('/tmp/none', '/tmp/x')).toBe('ENOENT');
    expect(refused('/tmp/file', '/tmp/folder')).toBe('EISDIR');
    expect(refused('/tmp/folder', '/tmp/file')).toBe('ENOTDIR');
    expect(refused('/tmp/folder', '/tmp/full')).toBe('ENOTEMPTY');
    expect(refused('/tmp/folder', '/tmp/folder/inside')).toBe('EINVAL');
    expect(refused('/tmp/full/file', '/tmp/full')).toBe('ENOTEMPTY');
    expect(refused('/tmp/file', '/file')).toBe('EXDEV');
    expect(refused('/tmp/file', '/tmp/full/file', noReplace)).toBe('EEXIST');
    expect(refused('/tmp/file', '/tmp/x', exchange)).toBe('ENOENT');
    expect(refused('/tmp/file', '/tmp/x', noReplace | exchange)).toBe('EINVAL');
    expect(refused('/dev', '/device')).toBe('EBUSY');
  });

  it('has two names change places', () => {
    write('/tmp/file', 'text');
    root.mkdir('/tmp/folder');
    rename('/tmp/file', '/tmp/folder', exchange);
    expect(root.readFile('/tmp/folder')).toBe('text');
    expect(root.readdir('/tmp/file')).toEqual([]);
  });

  it('leaves a sticky folder to the owners of its files', () => {
    write('/tmp/mine', '');
    const other = spawnProcess(kernel, { uid: 1000, gid: 1000 });
    expect(codeOf(() => rename('/tmp/mine', '/tmp/yours', 0, other))).toBe('EPERM');
  });
});

describe('another name for a file', () => {
  it('counts as a link, and keeps the file when the first name goes', () => {
    write('/tmp/a', 'text');
    link('/tmp/a', '/tmp/b');
    expect(root.stat('/tmp/b')).toMatchObject({ links: 2, inode: root.stat('/tmp/a').inode });
    root.unlink('/tmp/a');
    expect(root.readFile('/tmp/b')).toBe('text');
    expect(root.stat('/tmp/b').links).toBe(1);
  });

  it('is for no folder, no other file system, and no name that is taken', () => {
    write('/tmp/a', '');
    root.mkdir('/tmp/folder');
    expect(codeOf(() => link('/tmp/folder', '/tmp/b'))).toBe('EPERM');
    expect(codeOf(() => link('/tmp/a', '/b'))).toBe('EXDEV');
    expect(codeOf(() => link('/tmp/a', '/tmp/folder'))).toBe('EEXIST');
  });
});

describe('the time of a file', () => {
  it('is set to a time, or to now', () => {
    write('/tmp/a', '');
    const times = new BigInt64Array([0n, 0n, 1_577_836_800n, 5n]);
    const address = root.memory.push(new Uint8Array(times.buffer));
    root.syscall('utimensat', AT_FDCWD, pathAt(root, '/tmp/a'), address, 0);
    expect(root.stat('/tmp/a').timeNanoseconds).toBe(1_577_836_800_000_000_005n);
    root.syscall('utimensat', AT_FDCWD, pathAt(root, '/tmp/a'), 0, 0);
    expect(root.stat('/tmp/a').timeNanoseconds).toBeLessThanOrEqual(kernel.clock.now);
  });
});
