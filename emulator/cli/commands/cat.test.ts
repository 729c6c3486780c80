import { describe, expect, it } from 'vitest';
import { runCommand } from '../test-io.ts';

describe('heapboard cat', () => {
  it("prints a file as the board's processes read it", async () => {
    const { code, out } = await runCommand(['cat', 'hikey', '/proc/meminfo']);
    expect(code).toBe(0);
    expect(out).toMatch(/^MemTotal: +\d+ kB$/m);
    expect(out).toMatch(/^CmaTotal: +131072 kB$/m);
    expect(out).not.toContain('==>');
  });

  it('tells several files apart, and follows the options of the boot', async () => {
    const { out } = await runCommand([
      ...['cat', 'hikey', '/proc/meminfo', '/proc/cmdline'],
      ...['--append-bootargs', 'cma=64M'],
    ]);
    expect(out).toMatch(
      /^==> \/proc\/meminfo <==\n[\s\S]*^CmaTotal: +65536 kB\n[\s\S]*^==> \/proc\/cmdline <==\n.*cma=64M\n$/m,
    );
  });

  it('lists a folder', async () => {
    const { out } = await runCommand(['cat', 'hikey', '/dev/dma_heap', '/sys/class/dma_heap']);
    expect(out).toMatch(/^==> \/dev\/dma_heap <==\nlinux,cma\nsystem\n/);
  });

  it('--json gives texts and entries', async () => {
    const { out } = await runCommand(['cat', 'hikey', '/proc/cmdline', '/dev/dma_heap', '--json']);
    const { schemaVersion, files } = JSON.parse(out);
    expect(schemaVersion).toBe(1);
    expect(files[0]).toMatchObject({ path: '/proc/cmdline', kind: 'file' });
    expect(files[1].entries).toContainEqual({ name: 'system', kind: 'other' });
  });

  it('tells in one line what is not there, and what was perhaps meant', async () => {
    const { code, err } = await runCommand(['cat', 'hikey', '/proc/memifo']);
    expect(code).toBe(2);
    expect(err).toBe('heapboard: /proc/memifo: the board has no such file; did you mean /proc/meminfo?\n');
  });

  it('refuses devices and paths that are not absolute', async () => {
    expect(await runCommand(['cat', 'hikey', '/dev/dma_heap/system'])).toMatchObject({
      code: 2,
      err: 'heapboard: /dev/dma_heap/system: cannot be read: it is a device, and no file\n',
    });
    expect(await runCommand(['cat', 'hikey', 'proc/meminfo'])).toMatchObject({ code: 2 });
  });
});
