import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { loadJob, workloadNames } from './jobs.ts';

const folder = mkdtempSync(join(tmpdir(), 'heapboard-jobs-'));
afterAll(() => rmSync(folder, { recursive: true }));

function put(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

describe('a name', () => {
  test.each(['gralloc'])('%s comes with Heapboard', async (name) => {
    expect(await workloadNames()).toContain(name);
    expect(await loadJob(name)).toMatchObject({ workload: { name } });
  });

  test('that is mistyped suggests near ones', async () => {
    await expect(loadJob('graloc')).rejects.toThrow('unknown workload "graloc"; did you mean gralloc?');
  });

  test('that is far from all lists them', async () => {
    await expect(loadJob('xyzzy-and-more')).rejects.toThrow(
      /known are .*gralloc.*, and files \(\.yaml, \.mjs, \.ts\)/,
    );
  });
});

describe('a path', () => {
  test('of a workload is read; messages name it', async () => {
    put('mine.yaml', 'steps: [{ exit: 0 }]');
    expect(await loadJob('mine.yaml', folder)).toMatchObject({ workload: { name: 'mine' } });
    const broken = put('broken.yaml', 'steps: [{ exti: 0 }]');
    await expect(loadJob(broken)).rejects.toThrow(`${broken}:1:9: a step needs one of`);
  });

  test('of nothing, or of a folder, is said to be so', async () => {
    await expect(loadJob(join(folder, 'none.yaml'))).rejects.toThrow('none.yaml: no such file');
    await expect(loadJob(join(folder, 'none.mjs'))).rejects.toThrow('none.mjs: no such file');
  });

  test('of a program module gives its default export', async () => {
    const file = put('prog.mjs', 'export default async () => 7;');
    const job = await loadJob(file);
    expect(job).toMatchObject({ program: { name: 'prog', file } });
  });

  test('of a module without a program says what is missing', async () => {
    const file = put('empty.mjs', 'export const main = 1;');
    await expect(loadJob(file)).rejects.toThrow(`${file}: has no program as its default export`);
  });

  test('of a module that throws says where', async () => {
    const file = put('thrower.mjs', '\n\nthrow new Error("not today");');
    await expect(loadJob(file)).rejects.toThrow(/thrower\.mjs:3:7: not today/);
  });
});
