import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findCompiler } from 'dtc-parser/node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PrebuiltSources } from './prebuilt.ts';

const found = findCompiler();
if (found === undefined) throw new Error('dtc.wasm has not been built: run scripts/build-dtc');
const compiler = found;

const source = '/dts-v1/;\n/ { value = <0x11>; };\n';
const changed = '/dts-v1/;\n/ { value = <0x12>; };\n';

describe('sources that were compiled before', () => {
  const folder = mkdtempSync(join(tmpdir(), 'heapboard-prebuilt-'));
  const prebuilt = new PrebuiltSources(compiler, folder);
  // No blob that dtc would make: what comes back shows where it is from.
  const blob = Uint8Array.of(1, 2, 3);
  beforeAll(() => {
    writeFileSync(join(folder, 'board.dts'), source);
    writeFileSync(join(folder, 'board.dtb'), blob);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('give the blob that was kept, whatever folder they lie in', async () => {
    const { dtb } = await prebuilt.compile(source, { file: '/elsewhere/board.dts' });
    expect(Uint8Array.from(dtb)).toEqual(blob);
  });

  it('still tell positions', async () => {
    const { annotate } = await prebuilt.compile(source, { file: 'a/board.dts' });
    expect(annotate()).toContain('value = <0x11>; /* a/board.dts:2:5-2:20 */');
  });

  it('are compiled where a letter, the name or the form that is asked for differs', async () => {
    const asked = [
      { text: changed, options: { file: 'board.dts' } },
      { text: source, options: { file: 'other.dts' } },
      { text: source, options: { file: 'board.dts', symbols: true } },
    ];
    for (const { text, options } of asked) {
      const [own, known] = await Promise.all([
        compiler.compile(text, options),
        prebuilt.compile(text, options),
      ]);
      expect(known.dtb).toEqual(own.dtb);
    }
  });
});
