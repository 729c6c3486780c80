import { expect, test } from 'vitest';
import { GiB, KiB, MiB } from '../base/units.ts';
import { peopleSize } from './people-size.ts';

test('short exact sizes stay exact', () => {
  expect(peopleSize(128n * MiB)).toBe('128 MiB');
  expect(peopleSize(GiB + 512n * MiB)).toBe('1536 MiB');
  expect(peopleSize(4096)).toBe('4 KiB');
  expect(peopleSize('0x0')).toBe('0 B');
});

test('long ones are rounded in a unit that suits', () => {
  expect(peopleSize(4164352n * KiB)).toBe('3.97 GiB');
  expect(peopleSize(1013748n * KiB)).toBe('989.99 MiB');
});
