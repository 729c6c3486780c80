import { expect, test } from 'vitest';
import { nearNames } from './near-names.ts';

const boards = ['db845c', 'hikey', 'hikey960', 'qemu-virt'];

test('a slip of the finger finds the name that was meant', () => {
  expect(nearNames('hiky', boards)[0]).toBe('hikey');
  expect(nearNames('HIKEY', boards)[0]).toBe('hikey');
  expect(nearNames('db845', boards)).toEqual(['db845c']);
});

test('an abbreviation finds the full name', () => {
  expect(nearNames('qemu', boards)).toEqual(['qemu-virt']);
});

test('of equally near names the one with fewer slips comes first', () => {
  expect(nearNames('hikey-960', boards)).toEqual(['hikey960', 'hikey']);
});

test('a name like none of them finds nothing', () => {
  expect(nearNames('beaglebone', boards)).toEqual([]);
});
