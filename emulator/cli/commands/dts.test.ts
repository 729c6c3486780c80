import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { writeFdt } from '../../devicetree/fdt-writer.ts';
import { loadDeviceTreeFile } from '../../devicetree/node.ts';
import { boardsFolder } from '../../machine/boards.ts';
import { runCommand } from '../test-io.ts';

const folder = mkdtempSync(join(tmpdir(), 'heapboard-dts-'));
const inFolder = (name: string) => join(folder, name);

afterAll(() => rmSync(folder, { recursive: true }));

describe('heapboard dts', () => {
  test.each(['hikey', 'db845c', 'rpi4'])(
    'prints a source of %s that compiles to the same blob',
    async (board) => {
      const { code, out } = await runCommand(['dts', board, '-o', inFolder(`${board}.dts`)]);
      expect({ code, out }).toEqual({ code: 0, out: '' });
      const original = writeFdt(await loadDeviceTreeFile(join(boardsFolder(), board, `${board}.dts`)));
      expect(writeFdt(await loadDeviceTreeFile(inFolder(`${board}.dts`)))).toEqual(original);
    },
  );

  test('shows edits', async () => {
    const set = '/reserved-memory/linux,cma:size=256M';
    const { out } = await runCommand(['dts', 'hikey', '--set', set, '--delete', '/soc']);
    expect(out).toMatch(/linux,cma \{[^}]*size = <0x0 0x10000000>;/);
    expect(out).not.toMatch(/soc \{/);
  });

  test('says where each text stands, and where what was overridden was first defined', async () => {
    writeFileSync(inFolder('soc.dtsi'), '/ {\n\tsoc: soc {\n\t\tstatus = "disabled";\n\t};\n};\n');
    writeFileSync(
      inFolder('board.dts'),
      '/dts-v1/;\n#include "soc.dtsi"\n&soc {\n\tstatus = "okay";\n\tsize = <1>;\n};\n',
    );
    writeFileSync(inFolder('more.dtso'), '/dts-v1/;\n/plugin/;\n&soc { size = <2>; };\n');
    const { out } = await runCommand([
      ...['dts', inFolder('board.dts'), '--annotate'],
      ...['--overlay', inFolder('more.dtso')],
    ]);
    const lines = out.replaceAll(`${folder}/`, '').split('\n');
    expect(lines).toContain('\tsoc { /* soc.dtsi:2:2 */');
    expect(lines).toContain('\t\tstatus = "okay"; /* board.dts:4:2, first defined at soc.dtsi:3:3 */');
    expect(lines).toContain('\t\tsize = <0x2>; /* more.dtso:3:8, first defined at board.dts:5:2 */');
  });

  test('writes a blob that is read again', async () => {
    await runCommand(['dts', 'hikey', '--output', inFolder('hikey.dtb')]);
    expect((await runCommand(['dts', inFolder('hikey.dtb')])).out).toBe(
      (await runCommand(['dts', 'hikey'])).out,
    );
  });

  test('says where it cannot write, and leaves nothing behind', async () => {
    mkdirSync(inFolder('taken.dtb'));
    const { code, err } = await runCommand(['dts', 'hikey', '-o', inFolder('taken.dtb')]);
    expect(code).toBe(2);
    expect(err).toMatch(/taken\.dtb: cannot be written: .*directory/);
    expect(() => readFileSync(inFolder('taken.dtb.unfinished'))).toThrow('ENOENT');
  });

  test('names an edit that cannot be made', async () => {
    const { code, err } = await runCommand(['dts', 'hikey', '--delete', '/reserved-memory/linux,cna']);
    expect(code).toBe(2);
    expect(err).toMatch(/no node \/reserved-memory\/linux,cna; did you mean linux,cma\?\n$/);
  });
});
