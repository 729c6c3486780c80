import { expect, test } from 'vitest';
import { readFile } from '../../../emulator/whatif/read-file.ts';
import type { System } from '../../../emulator/whatif/system.ts';
import { openRecords, ownRecordsFolder } from '../../records/read.ts';
import type { BootRecord } from '../../records/record.ts';
import { bootAsRecorded } from './emulate-boot.ts';

const records = openRecords(ownRecordsFolder);

/** One recorded boot of each kernel with its files, and one whose memory has holes. */
const subjects = ['5.10', '6.1', '6.12', '7.3'].flatMap((kernel) =>
  ['a-none', 's-db845c'].map((name) => [kernel, name] as const),
);

function textOf(system: System, path: string): string {
  const file = readFile(system.spawn(), path);
  return file.kind === 'file' ? new TextDecoder().decode(file.bytes) : '';
}

async function both(kernel: string, name: string, path: string): Promise<readonly [string, string]> {
  const record = records.boot(kernel, name) as BootRecord;
  const system = await bootAsRecorded(record, records);
  return [record.files?.[`file:${path}`] ?? '', textOf(system, path)];
}

const lines = (text: string) => text.split('\n').filter((line) => line.trim() !== '');

test.each(subjects)('%s %s shows RAM, holes and devices in /proc/iomem as recorded', async (kernel, name) => {
  const [recorded, shown] = await both(kernel, name, '/proc/iomem');
  const outer = (text: string) => lines(text).filter((line) => !line.startsWith(' '));
  expect(outer(shown)).toEqual(outer(recorded));
  expect(lines(shown)).toEqual(
    expect.arrayContaining(lines(recorded).filter((line) => /48[02]0.*reserved/.test(line))),
  );
});

test.each(subjects)('%s %s has the recorded rows in /proc/meminfo', async (kernel, name) => {
  const [recorded, shown] = await both(kernel, name, '/proc/meminfo');
  const names = (text: string) => lines(text).map((line) => line.slice(0, line.indexOf(':')));
  expect(names(shown)).toEqual(names(recorded));
  const kib = (text: string, row: string) => Number(new RegExp(`${row}: +(\\d+) kB`).exec(text)?.[1]);
  expect(kib(shown, 'CmaTotal')).toBe(kib(recorded, 'CmaTotal'));
  expect(kib(shown, 'VmallocTotal')).toBe(kib(recorded, 'VmallocTotal'));
  const reserve = (text: string) => kib(text, 'MemFree') - kib(text, 'MemAvailable');
  expect(Math.abs(reserve(shown) / reserve(recorded) - 1)).toBeLessThan(0.05);
});

test.each(subjects)('%s %s has the recorded zones in /proc/buddyinfo', async (kernel, name) => {
  const [recorded, shown] = await both(kernel, name, '/proc/buddyinfo');
  const shape = (text: string) =>
    lines(text).map((line) => line.replace(/\d+(?= )/g, '#').replace(/ +#/g, ' #'));
  expect(shape(shown)).toEqual(shape(recorded));
});
