import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeModuleImage } from '../linux/kernel/module/write-image.ts';
import { runCommand } from './test-io.ts';

let folder: string;
const at = (name: string) => join(folder, name);
const defconfig = ['boot', 'qemu-virt', '--release', '7.2', '--config', 'defconfig'];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'userland-'));
  writeFileSync(at('99-heap.rules'), '# heaps\nSUBSYSTEM=="dma_heap", GROUP="video"\n');
  writeFileSync(at('ueventd.rc'), '/dev/dma_heap/system 0444 system graphics\n');
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('--modules', () => {
  it('is waited for by all that tell how a board is once it is up', async () => {
    const answers = [
      ['cat', '/proc/modules', '/dev/dma_heap'],
      ['consumers', 'libdmabufheap'],
      ['policies'],
      ['check'],
      ['explain', 'default_cma_region'],
    ] as const;
    for (const [command, ...rest] of answers) {
      const ask = (modules: string) =>
        runCommand([command, ...defconfig.slice(1), '--modules', modules, ...rest]);
      const [now, later] = [await ask('cma_heap'), await ask('cma_heap@2.5s')];
      expect(now.out, command).toContain(command === 'consumers' ? 'reserved' : 'default_cma_region');
      expect(later, command).toEqual(now);
    }
  });

  it('loads modules before the first program, and at their time', async () => {
    const { out } = await runCommand([...defconfig, '--modules', 'cma_heap@2.5s,system_heap', '--json']);
    const { heaps, modules } = JSON.parse(out);
    expect(heaps.map(({ name }: { name: string }) => name)).toEqual([
      'system',
      'default_cma_region',
      'reserved',
    ]);
    expect(modules).toEqual([
      {
        name: 'system_heap',
        built: 'module',
        loaded: true,
        sizeBytes: 16384,
        size: 'estimate',
        savedBytes: 0,
      },
      { name: 'cma_heap', built: 'module', loaded: true, sizeBytes: 12288, size: 'estimate', savedBytes: 0 },
    ]);
  });

  it('tells what is saved by a module that is not loaded, measured where a file is given', async () => {
    const image = {
      name: 'cma_heap',
      versionMagic: '7.2.1 SMP aarch64',
      license: 'GPL',
      depends: [],
      imports: ['DMA_BUF', 'DMA_BUF_HEAP'],
      needs: ['dma_heap_add'],
      inTree: true,
      description: undefined,
      parameters: [],
      sections: { textBytes: 20_000, constantBytes: 1, dataBytes: 1024 },
    };
    writeFileSync(at('cma_heap.ko'), writeModuleImage(image));
    const { out } = await runCommand([...defconfig, '--module-file', at('cma_heap.ko')]);
    expect(out).toMatch(/system_heap +module, not loaded +saves 16 KiB \(estimate\)/);
    expect(out).toMatch(/cma_heap +module, not loaded +saves 28 KiB *$/m);
    writeFileSync(at('no.ko'), 'nothing');
    expect((await runCommand([...defconfig, '--module-file', at('no.ko')])).err).toMatch(
      /no\.ko: is no kernel module for arm64/,
    );
  });

  it.each([
    ['cma_heap,cma_heap', /the module cma_heap is to be loaded twice/],
    ['cma-haep', /no module is called "cma_haep"; known are system_heap, cma_heap/],
    ['cma_heap@soon', /--modules cma_heap@soon: expected NAME or NAME@TIME/],
  ])('refuses %s', async (modules, message) => {
    const { code, out, err } = await runCommand([...defconfig, '--modules', modules]);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(message);
  });

  it('tells where a module was not built, and goes on', async () => {
    const words = [
      'boot',
      'qemu-virt',
      '--release',
      '6.12',
      '--config',
      'defconfig',
      '--modules',
      'cma_heap',
    ];
    const { code, out } = await runCommand([...words, '--json']);
    expect(code).toBe(0);
    const { decisions } = JSON.parse(out);
    expect(decisions.map(({ outcome }: { outcome: string }) => outcome)).toContainEqual(
      expect.stringMatching(/^modprobe: FATAL: Module cma_heap not found/),
    );
  });

  it.each(['6.12', '7.1'])('cannot be had of heaps in %s', async (release) => {
    const { code, err } = await runCommand([
      'boot',
      'hikey',
      '--release',
      release,
      '--config',
      'heap-modules',
    ]);
    expect(code).toBe(2);
    expect(err).toMatch(/DMABUF_HEAPS_SYSTEM/);
  });
});

describe('device rules', () => {
  it('decide over nodes, and explain tells which line did', async () => {
    const rules = ['--udev-rules', at('99-heap.rules')];
    const { out } = await runCommand(['boot', 'hikey', ...rules]);
    expect(out).toMatch(/\/dev\/dma_heap\/linux,cma +\S+ +0660 0:44/);
    const explained = await runCommand(['explain', 'hikey', 'linux,cma', ...rules]);
    expect(explained.out).toMatch(/gets group video \(44\) by \S*99-heap\.rules:2, mode 0660/);
  });

  it('are those of Android where ueventd.rc is given', async () => {
    const { out } = await runCommand(['boot', 'hikey', '--ueventd', at('ueventd.rc'), '--json']);
    const { heaps } = JSON.parse(out);
    expect(heaps).toMatchObject([
      { name: 'system', mode: '0444', uid: 1000, gid: 1003 },
      { name: 'linux,cma', mode: '0600', uid: 0, gid: 0 },
    ]);
  });

  it('end with their line where they are wrong', async () => {
    writeFileSync(at('bad.rules'), '\nSUBSYSTEM="dma_heap"\n');
    const { code, out, err } = await runCommand(['boot', 'hikey', '--udev-rules', at('bad.rules')]);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(/bad\.rules:2:1: SUBSYSTEM is compared/);
    const both = ['--udev-rules', at('99-heap.rules'), '--ueventd', at('ueventd.rc')];
    expect((await runCommand(['boot', 'hikey', ...both])).err).toMatch(/not both/);
    expect((await runCommand(['boot', 'hikey', '--group', 'camera'])).err).toMatch(/NAME=GID/);
    expect((await runCommand(['boot', 'hikey', '--proposal', 'x'])).err).toMatch(/expected dmem-cma/);
  });

  it('names the proposal that limits of areas need', async () => {
    writeFileSync(
      at('hog.yaml'),
      'cgroup: { name: hog, areas: { "linux,cma": 64M } }\nsteps: [{ exit: 0 }]\n',
    );
    const { code, err } = await runCommand(['run', 'hikey', at('hog.yaml')]);
    expect({ code, err }).toEqual({
      code: 2,
      err: expect.stringMatching(/; no release .* --proposal dmem-cma does$/m),
    });
    expect((await runCommand(['run', 'hikey', at('hog.yaml'), '--proposal', 'dmem-cma'])).code).toBe(0);
  });
});
