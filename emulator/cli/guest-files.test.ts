import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { O_RDWR } from '../linux/uapi/fcntl.ts';
import { fileFinder, placeEntries } from '../userland/elf/guest-entries.ts';
import { boot } from '../whatif/boot.ts';
import { guestFiles } from './guest-files.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** A root folder as distributions have them: /lib and /bin lead to /usr, and one link leads nowhere. */
function rootFolder(): string {
  const root = mkdtempSync(join(tmpdir(), 'heapboard-sysroot-'));
  folders.push(root);
  mkdirSync(join(root, 'usr/lib'), { recursive: true });
  mkdirSync(join(root, 'usr/bin'));
  mkdirSync(join(root, 'var/empty'), { recursive: true });
  symlinkSync('usr/lib', join(root, 'lib'));
  symlinkSync('/usr/bin', join(root, 'bin'));
  symlinkSync('libc-2.36.so', join(root, 'usr/lib/libc.so.6'));
  symlinkSync('/nowhere', join(root, 'usr/lib/dangling'));
  writeFileSync(join(root, 'usr/lib/libc-2.36.so'), 'library');
  writeFileSync(join(root, 'usr/bin/tool'), 'program');
  chmodSync(join(root, 'usr/bin/tool'), 0o755);
  return root;
}

describe('a root folder on the board', () => {
  it('keeps its links and its empty folders', async () => {
    const system = await boot('qemu-virt');
    placeEntries(system.running, guestFiles([], rootFolder()));
    const process = system.spawn();
    expect(process.readlink('/bin')).toBe('/usr/bin');
    expect(process.readlink('/usr/lib/dangling')).toBe('/nowhere');
    expect(process.readFile('/lib/libc.so.6')).toBe('library');
    expect(process.readdir('/lib')).toEqual(expect.arrayContaining(['modules', 'dangling']));
    expect(process.readFile('/bin/tool')).toBe('program');
    expect(process.stat('/usr/bin/tool').mode & 0o777).toBe(0o755);
    expect(process.readdir('/var')).toEqual(['empty']);
  });

  it('has programs found by paths through links', () => {
    const find = fileFinder(guestFiles([], rootFolder()));
    expect(find('/bin/tool')?.length).toBe('program'.length);
    expect(find('/lib/libc.so.6')?.length).toBe('library'.length);
    expect(find('/lib/dangling')).toBeUndefined();
  });

  it('costs no memory of the board before a file is mapped, and files stay as long as they were', async () => {
    const root = rootFolder();
    const library = join(root, 'usr/lib/libc-2.36.so');
    writeFileSync(library, Buffer.alloc(40_000, 'abcdefgh'));
    const system = await boot('qemu-virt');
    const process = system.spawn();
    const free = () => Number(/^MemFree: +(\d+) kB/m.exec(process.readFile('/proc/meminfo'))?.[1]);
    const before = free();
    placeEntries(system.running, guestFiles([], root));
    expect(before - free()).toBeLessThan(40);
    writeFileSync(library, Buffer.alloc(30_000, 'ABCDEFGH'));
    const fd = process.open('/lib/libc.so.6', O_RDWR);
    expect(process.fstat(fd)).toMatchObject({ sizeBytes: 40_000, blocks: 80 });
    expect(new TextDecoder().decode(process.pread(fd, 8, 8192))).toBe('ABCDEFGH');
    expect(process.pread(fd, 4, 35_000)).toEqual(new Uint8Array(4));
    expect(process.pread(fd, 100, 39_990).length).toBe(10);
    process.close(fd);
  });

  it('has files that can be written, cut and read again', async () => {
    const root = rootFolder();
    writeFileSync(join(root, 'usr/lib/libc-2.36.so'), Buffer.alloc(20_000, 'abcdefgh'));
    const system = await boot('qemu-virt');
    placeEntries(system.running, guestFiles([], root));
    const process = system.spawn();
    const fd = process.open('/lib/libc.so.6', O_RDWR);
    const at = (position: number, length: number) =>
      new TextDecoder().decode(process.pread(fd, length, position));
    process.pwrite(fd, new TextEncoder().encode('XY'), 8193);
    expect(at(8192, 8)).toBe('aXYdefgh');
    expect(at(12_288, 8)).toBe('abcdefgh');
    process.ftruncate(fd, 12_290);
    process.ftruncate(fd, 20_000);
    expect(at(12_288, 8)).toBe('ab\0\0\0\0\0\0');
    expect(at(8192, 8)).toBe('aXYdefgh');
    const mapped = process.mmap({ length: 4096, prot: 1, flags: 2, fd });
    expect(new TextDecoder().decode(process.readMemory(mapped, 8))).toBe('abcdefgh');
    expect(process.readFile('/usr/bin/tool')).toBe('program');
  });

  it('is found through a link that an option names, and a path is tidied', () => {
    const root = rootFolder();
    symlinkSync(root, `${root}-link`);
    folders.push(`${root}-link`);
    const paths = guestFiles([`${root}-link/usr/bin:/opt//bin/`], undefined).map(({ path }) => path);
    expect(paths).toEqual(['/opt/bin/tool']);
  });
});
