import { describe, expect, it, test } from 'vitest';
import { formatLogLine } from '../../linux/kernel/printk.ts';
import { boot } from '../boot.ts';
import type { BootOptions } from '../boot-options.ts';
import { readFile } from '../read-file.ts';
import type { System } from '../system.ts';
import { importBoard } from './import-board.ts';
import { readFieldFile } from './read.ts';

const utf8 = new TextDecoder();

function logOf(system: System): string {
  return system.dmesg.map((line) => `${formatLogLine(line)}\n`).join('');
}

function fileOf(system: System, path: string): string {
  const read = readFile(system.spawn(), path);
  return read.kind === 'file' ? utf8.decode(read.bytes) : '';
}

/** Boots a board, and imports what that says of itself. */
async function roundTrip(name: string, options: BootOptions = {}) {
  const system = await boot(name, options);
  const files = [
    readFieldFile(logOf(system), 'boot.log'),
    readFieldFile(fileOf(system, '/proc/iomem'), 'iomem.txt'),
    readFieldFile(fileOf(system, '/proc/meminfo'), 'meminfo.txt'),
  ];
  return { field: system.summary(), board: await importBoard(files), files };
}

const places = (areas: readonly { readonly name: string; readonly base: string; readonly size: string }[]) =>
  areas.map(({ name, base, size }) => `${name} ${base}+${size}`).sort();

const endOf = (banks: readonly { readonly base: string; readonly size: string }[]) => {
  const last = banks.at(-1);
  return BigInt(last?.base ?? 0) + BigInt(last?.size ?? 0);
};

describe.each(['hikey', 'rpi4', 'imx8mm-evk', 'vim3', 'db845c', 'beagle-x15'])('%s, imported', (name) => {
  it('has its areas, its RAM and its command line where the machine had them', async () => {
    const { field, board } = await roundTrip(name, { release: '6.12' });
    expect(board.misplaced).toEqual([]);
    expect(places(board.summary.areas)).toEqual(places(field.areas));
    expect(endOf(board.summary.memory)).toEqual(endOf(field.memory));
    expect(board.summary.bootargs).toBe(field.bootargs);
    expect(board.summary.architecture).toBe(field.architecture);
    expect(board.summary.release).toBe('6.12');
  });
});

it('every file that is given is recognised', async () => {
  const { files } = await roundTrip('hikey');
  expect(files.map(({ kind }) => kind)).toEqual(['dmesg', 'iomem', 'meminfo']);
});

test('a cma= on the command line stays, and the pool that it took the place of is named', async () => {
  const { board } = await roundTrip('hikey', { appendBootargs: 'cma=48M', release: '6.1' });
  expect(board.profile).toContain('cma=48M');
  expect(board.summary.areas.map(({ name, size }) => [name, size])).toEqual([['reserved', '0x3000000']]);
  expect(board.unknown.join('\n')).toContain('the size of the pool linux,cma, which cma= took the place of');
});

const lines = (...texts: readonly string[]) => texts.map((text) => `[    0.000000] ${text}\n`).join('');
const head = ['Booting Linux on physical CPU 0x0', 'Linux version 5.15.50-27b1fcc (oe-user@oe-host) #1'];
const ranges = (...of: readonly string[]) => [
  'Early memory node ranges',
  ...of.map((range) => `  node   0: [mem ${range}]`),
];

test('pools that a release before 6.12 sets up in another order than the tree keep their places', async () => {
  const log = lines(
    ...head,
    'Reserved memory: created CMA memory pool at 0x97000000, size 16 MiB',
    'OF: reserved mem: initialized node framebuffer, compatible id shared-dma-pool',
    'Reserved memory: created CMA memory pool at 0x95000000, size 32 MiB',
    'OF: reserved mem: initialized node jpegbuffer, compatible id shared-dma-pool',
    'cma: Reserved 16 MiB at 0x94000000',
    'Zone ranges:',
    '  Normal   [mem 0x0000000080000000-0x0000000097ffffff]',
    ...ranges('0x0000000080000000-0x0000000097ffffff'),
  );
  const board = await importBoard([readFieldFile(log, 'boot.log')]);
  expect(board.misplaced).toEqual([]);
  expect(board.summary).toMatchObject({ release: '5.15', architecture: 'arm' });
  expect(board.profile).toMatch(/HIGHMEM: false/);
});

test('what lay above a pool and is not known becomes a limit, and is told', async () => {
  const log = lines(
    'Booting Linux on physical CPU 0x0000000000 [0x410fd083]',
    'Linux version 6.6.20-v8+',
    'OF: reserved mem: 0x0000000017000000..0x00000000270fffff (263168 KiB) nomap non-reusable gpu@17000000',
    'Reserved memory: created CMA memory pool at 0x000000001ac00000, size 320 MiB',
    'OF: reserved mem: initialized node linux,cma, compatible id shared-dma-pool',
    ...ranges('0x0000000000000000-0x000000003b3fffff', '0x0000000040000000-0x00000000fbffffff'),
  ).replace(/.*gpu@17000000.*\n/, '');
  const board = await importBoard([readFieldFile(log, 'boot.log')]);
  expect(board.misplaced).toEqual([]);
  expect(board.tree).toContain('alloc-ranges = <0x0 0x0 0x0 0x2ec00000>');
  expect(board.unknown.join('\n')).toContain('what kept linux,cma from lying above 0x2ec00000');
});

test('a narrow DMA zone becomes a narrow bus, so that cma= lands where it would', async () => {
  const log = lines(
    'Booting Linux on physical CPU 0x0000000000 [0x410fd083]',
    'Linux version 6.1.21-v8+',
    'cma: Reserved 64 MiB at 0x000000003a800000',
    'Zone ranges:',
    '  DMA      [mem 0x0000000000000000-0x000000003fffffff]',
    '  DMA32    [mem 0x0000000040000000-0x00000000ffffffff]',
    '  Normal   empty',
    ...ranges('0x0000000000000000-0x000000003e7fffff', '0x0000000040000000-0x00000000fbffffff'),
  );
  const board = await importBoard([readFieldFile(log, 'boot.log')]);
  expect(board.misplaced).toEqual([]);
  expect(board.tree).toContain('dma-ranges = <0x0 0x0 0x0 0x0 0x0 0x40000000>');
});

test('RAM that is split, because a part is not mapped, is told where no other file says which', async () => {
  const log = lines(
    'Booting Linux on physical CPU 0x0000000000 [0x410fd034]',
    'Linux version 5.15.28-flippy-70+',
    'Reserved memory: created CMA memory pool at 0x00000000ab800000, size 256 MiB',
    'OF: reserved mem: initialized node linux,cma, compatible id shared-dma-pool',
    ...ranges(
      '0x0000000000000000-0x0000000004ffffff',
      '0x0000000005000000-0x00000000072fffff',
      '0x0000000007300000-0x00000000bfc6bfff',
    ),
  );
  const iomem =
    '00000000-04ffffff : System RAM\n05000000-072fffff : reserved\n07300000-bfc6bfff : System RAM\n';
  const alone = await importBoard([readFieldFile(log, 'boot.log')]);
  expect(alone.misplaced).toEqual([]);
  expect(alone.unknown.join('\n')).toContain('it is split at 0x5000000, 0x7300000');
  const both = await importBoard([readFieldFile(log, 'boot.log'), readFieldFile(iomem, 'iomem.txt')]);
  expect(both.misplaced).toEqual([]);
  expect(both.unknown.join('\n')).not.toContain('it is split');
  expect(both.tree).toContain('reserved@5000000 {');
});

test('logs are read whoever wrote them down', async () => {
  const texts = [
    ...head,
    'cma: Reserved 16 MiB at 0x9f000000',
    ...ranges('0x0000000080000000-0x000000009fffffff'),
  ];
  const writers: readonly ((text: string) => string)[] = [
    (text) => `[    0.000000] ${text}`,
    (text) => `<6>[    0.000000] ${text}`,
    (text) => `[    0.000000][    T0] ${text}`,
    (text) => `kern  :info  : [    0.000000] ${text}`,
    (text) => `Mar  1 00:00:03 board kernel: [    0.000000] ${text}`,
    (text) => `2026-03-01T00:00:03+0000 board kernel: ${text}`,
    (text) => text,
  ];
  for (const write of writers) {
    const board = await importBoard([readFieldFile(`${texts.map(write).join('\n')}\n`, 'boot.log')]);
    expect(board.misplaced).toEqual([]);
    expect(board.summary.areas.map(({ base }) => base)).toEqual(['0x9f000000']);
  }
});

test('/proc/meminfo alone gives a size and an area, and says that their places are not known', async () => {
  const text = 'MemTotal:         902460 kB\nCmaTotal:          65536 kB\nCmaFree:           60000 kB\n';
  const board = await importBoard([readFieldFile(text, 'meminfo.txt')]);
  expect(board.summary.areas.map(({ size }) => size)).toEqual(['0x4000000']);
  expect(board.unknown.join('\n')).toMatch(/where RAM lies: one bank of 1 GiB from 0x40000000 on was taken/);
});

test('/proc/iomem alone gives RAM, the kernel and what is not mapped', async () => {
  const text = [
    '00000000-05ffffff : System RAM',
    '  00210000-0148ffff : Kernel code',
    '  01490000-017affff : reserved',
    '  017b0000-01bbffff : Kernel data',
    '06000000-063fffff : reserved',
    '06400000-3fffffff : System RAM',
    'fe201000-fe2011ff : serial@7e201000',
  ].join('\n');
  const board = await importBoard([readFieldFile(text, 'iomem.txt')]);
  expect(board.profile).toContain('kernelImage: 0x210000+0x19b0000');
  expect(board.summary.memory).toEqual([{ base: '0x0', size: '0x40000000' }]);
  expect(board.summary.regions).toMatchObject([{ name: 'reserved@6000000', noMap: true }]);
});

describe('refused, with the file and the reason, is', () => {
  const refused = (text: string, file: string, kind?: 'dmesg' | 'iomem' | 'meminfo') => () =>
    importBoard([readFieldFile(text, file, kind)]);

  it('a file that is none of these', () => {
    expect(refused('#!/bin/sh\necho hello\n', 'run.sh')).toThrow(
      "run.sh: is neither a kernel's log nor /proc/iomem nor /proc/meminfo",
    );
    expect(refused('', 'empty')).toThrow('empty: is neither');
  });

  it('a file that is another one than was said', () => {
    expect(refused('MemTotal: 1024 kB\n', 'meminfo.txt', 'iomem')).toThrow('meminfo.txt: is not /proc/iomem');
  });

  it('a log whose beginning is lost', async () => {
    const log =
      '[   12.345678] usb 1-1: new high-speed USB device\n[   13.000000] Freeing initrd memory: 6144K\n';
    await expect(refused(log, 'late.log')).rejects.toThrow(
      /late\.log: nothing tells where RAM is: the log has no "Early memory node ranges", so its beginning is missing/,
    );
  });

  it('/proc/iomem as an ordinary user sees it', () => {
    expect(refused('00000000-00000000 : System RAM\n', 'iomem.txt')).toThrow(/addresses are 0: .* as root/);
  });

  it('/proc/meminfo that was cut off', () => {
    expect(refused('MemFree:  1000 kB\n', 'meminfo.txt')).toThrow('meminfo.txt: has no line "MemTotal"');
  });
});
