import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { InputError } from '../base/input-error.ts';
import { boardNames, isBoard, loadBoard, loadBoards } from './boards.ts';

test('every board folder holds a profile of the same name and its devicetree source', async () => {
  const names = await boardNames();
  const boards = await loadBoards();
  expect(boards.map((board) => board.name)).toEqual(names);
  for (const board of boards) expect(existsSync(board.dtsFile), board.dtsFile).toBe(true);
});

test('the first four boards are there', async () => {
  expect(await boardNames()).toEqual(expect.arrayContaining(['db845c', 'hikey', 'hikey960', 'qemu-virt']));
});

test('a device that only vendors describe is marked', async () => {
  const board = await loadBoard('hikey960');
  expect(board.devices).toMatchObject([{ needs: 'contiguous', downstream: true }]);
});

test('an unknown board suggests near names', async () => {
  await expect(loadBoard('hiky')).rejects.toThrow('unknown board "hiky"; did you mean hikey?');
  await expect(loadBoard('hiky')).rejects.toBeInstanceOf(InputError);
});

test('a board like none of them lists all', async () => {
  await expect(loadBoard('zzzzzzzzzz')).rejects.toThrow(/known are beagle-x15, db845c, hikey/);
});

test('a path is never taken for a board', () => {
  expect(isBoard('../dts/hikey')).toBe(false);
  expect(isBoard('hikey/')).toBe(false);
  expect(isBoard('..')).toBe(false);
});
