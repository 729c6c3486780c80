import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
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

  it('is found through a link that an option names, and a path is tidied', () => {
    const root = rootFolder();
    symlinkSync(root, `${root}-link`);
    folders.push(`${root}-link`);
    const paths = guestFiles([`${root}-link/usr/bin:/opt//bin/`], undefined).map(({ path }) => path);
    expect(paths).toEqual(['/opt/bin/tool']);
  });
});
