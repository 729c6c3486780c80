import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { InputError } from '../base/input-error.ts';
import { MemoryFiles } from '../testing/memory-files.ts';
import { writeFdt } from './fdt.ts';
import { type DeviceTreeInput, loadDeviceTree } from './load.ts';
import { findNodeCompiler, loadDeviceTreeFile } from './node.ts';
import type { SourceCompiler } from './source-compiler.ts';

const base = `/dts-v1/;
/ {
  #address-cells = <1>;
  #size-cells = <1>;
  model = "Test board";
  soc: soc { value = <1>; };
};
`;
const overlay = '/dts-v1/;\n/plugin/;\n&soc { value = <2>; };\n';
const findCompiler = () => findNodeCompiler();

function load(
  file: string,
  files: Record<string, string | Uint8Array>,
  more: Partial<DeviceTreeInput> & { stdin?: Uint8Array | string } = {},
) {
  return loadDeviceTree({ findCompiler, files: new MemoryFiles(files, more.stdin), ...more, file });
}

async function refusal(...args: Parameters<typeof load>): Promise<string> {
  const error = await load(...args).catch((thrown: unknown) => thrown);
  if (!(error instanceof InputError)) throw new Error('no InputError', { cause: error });
  return error.message;
}

async function blob(source: string): Promise<Uint8Array> {
  return writeFdt(await load('x.dts', { 'x.dts': source }));
}

async function compiled(source: string, symbols = false): Promise<Uint8Array> {
  const compiler = await findNodeCompiler();
  if (compiler === undefined) throw new Error('no compiler');
  return (await compiler.compile(source, { file: 'x.dts', symbols })).dtb;
}

describe('loading', () => {
  it('compiles source', async () => {
    const tree = await load('board.dts', { 'board.dts': base });
    expect(tree.root.property('model')?.string).toBe('Test board');
    expect(tree.file).toBe('board.dts');
  });

  it('knows a blob by its content, and asks for no compiler', async () => {
    const find = vi.fn(findCompiler);
    const tree = await load('board', { board: await blob(base) }, { findCompiler: find });
    expect(tree.node('/soc')?.property('value')?.cell).toBe(1);
    expect(find).not.toHaveBeenCalled();
  });

  it('reads source and blobs from standard input', async () => {
    expect((await load('-', {}, { stdin: base })).node('/soc')).toBeDefined();
    expect((await load('-', {}, { stdin: await blob(base) })).node('/soc')).toBeDefined();
  });

  it('finds what the source includes beside it and in the include paths', async () => {
    const source = '/dts-v1/;\n/include/ "soc.dtsi"\n/include/ "more.dtsi"\n';
    const files = {
      'a/board.dts': source,
      'a/soc.dtsi': '/ { soc { }; };',
      'inc/more.dtsi': '/ { more { }; };',
    };
    const tree = await load('a/board.dts', files, { includePaths: ['inc'] });
    expect(tree.root.children.map(({ name }) => name)).toEqual(['soc', 'more']);
  });

  it('reads a folder in the form of /proc/device-tree and says what it does not tell', async () => {
    const notice = vi.fn();
    const files = {
      'proc/#address-cells': new Uint8Array([0, 0, 0, 2]),
      'proc/name': '\0',
      'proc/soc/name': 'soc\0',
      'proc/soc/reg': new Uint8Array([0, 0, 0, 1]),
    };
    const tree = await load('proc/', files, { notice });
    expect(tree.root.addressCells).toBe(2);
    expect([...(tree.node('/soc')?.properties.keys() ?? [])]).toEqual(['reg']);
    expect(notice).toHaveBeenCalledWith(expect.stringContaining('does not keep the order'));
  });
});

describe('input that is no devicetree', () => {
  it.each<[string, string, Record<string, string | Uint8Array>, string]>([
    ['a missing file', 'x.dts', {}, 'x.dts: no such file'],
    ['an empty file', 'x.dts', { 'x.dts': '' }, 'x.dts: is empty'],
    [
      'a folder',
      'a',
      { 'a/b.txt': 'x' },
      'a: is a folder, a devicetree (.dtb, .dts, or a folder in the form of /proc/device-tree) was expected',
    ],
    [
      'a picture',
      'x',
      { x: new Uint8Array([137, 80, 78, 71, 0, 1]) },
      'x: is no devicetree: neither a blob (.dtb) nor source (.dts)',
    ],
    [
      'a .dtb of something else',
      'x.dtb',
      { 'x.dtb': new Uint8Array(64) },
      'x.dtb: broken devicetree blob at offset 0x0: the magic number is 0x0, not 0xd00dfeed',
    ],
    ['a syntax error', 'x.dts', { 'x.dts': '/dts-v1/;\n/ {\n  a == 1;\n};' }, 'x.dts:3:5: syntax error'],
    ['prose', 'x.txt', { 'x.txt': 'Dear reader,\n' }, 'x.txt:1:1: syntax error'],
    [
      'a missing include',
      'x.dts',
      { 'x.dts': '/dts-v1/;\n  /include/ "y.dtsi"\n' },
      'x.dts:2:13: y.dtsi: no such file, though it is included here',
    ],
  ])('is one clear message: %s', async (_what, file, files, message) => {
    expect(await refusal(file, files)).toBe(message);
  });

  it('is named with the offset where a blob was cut short', async () => {
    const whole = await blob(base);
    const message = await refusal('x.dtb', { 'x.dtb': whole.slice(0, 100) });
    expect(message).toBe(
      `x.dtb: broken devicetree blob at offset 0x64: the file ends here, but its header promises ${whole.length} bytes`,
    );
  });

  it('is not read where its size is beyond reason', async () => {
    const files = new MemoryFiles({});
    const status = () => ({ kind: 'file', sizeBytes: 2 ** 31 }) as const;
    const read = () => {
      throw new Error('it was read');
    };
    const input = {
      findCompiler,
      file: 'x.dtb',
      files: { status, read, list: files.list, readStandardInput: read },
    };
    await expect(loadDeviceTree(input)).rejects.toThrow('x.dtb: has 2 GiB; a devicetree has 16 MiB at most');
  });

  it('says how to get a compiler where there is none', async () => {
    const message = await refusal('x.dts', { 'x.dts': base }, { findCompiler: async () => undefined });
    expect(message).toContain('run scripts/setup, or install dtc');
  });
});

describe('overlays', () => {
  const files = { 'base.dts': base, 'two.dtso': overlay };

  it('change a base that is source, which keeps its labels for them', async () => {
    const tree = await load('base.dts', files, { overlays: ['two.dtso'] });
    expect(tree.node('/soc')?.property('value')?.cell).toBe(2);
  });

  it('are applied in their order, later ones seeing the labels of earlier ones', async () => {
    const more = {
      'add.dtso': '/dts-v1/;\n/plugin/;\n&{/soc} { added: added { }; };\n',
      'use.dtso': '/dts-v1/;\n/plugin/;\n&added { used; };\n',
    };
    const blobs = { 'add.dtbo': await compiled(more['add.dtso'], true) };
    const tree = await load(
      'base.dts',
      { ...files, ...more, ...blobs },
      { overlays: ['add.dtbo', 'use.dtso'] },
    );
    expect(tree.node('/soc/added')?.has('used')).toBe(true);
  });

  it('change a base that is a blob with symbols', async () => {
    const blobs = { 'base.dtb': await compiled(base, true), 'two.dtbo': await compiled(overlay) };
    const tree = await load('base.dtb', blobs, { overlays: ['two.dtbo'] });
    expect(tree.node('/soc')?.property('value')?.cell).toBe(2);
  });

  it('are refused with the reason where the base has no symbols', async () => {
    const blobs = { 'base.dtb': await compiled(base), 'two.dtso': overlay };
    expect(await refusal('base.dtb', blobs, { overlays: ['two.dtso'] })).toBe(
      'two.dtso: cannot be applied: base.dtb has no /__symbols__ to find its labels in; compile it with dtc -@, or give its source',
    );
  });

  it('are refused with the label that is missing', async () => {
    const wrong = { ...files, 'wrong.dtso': '/dts-v1/;\n/plugin/;\n&socs { a; };\n' };
    expect(await refusal('base.dts', wrong, { overlays: ['wrong.dtso'] })).toBe(
      'wrong.dtso: refers to the label socs, which base.dts does not have; did you mean soc?',
    );
  });

  it('are refused with the target that is missing', async () => {
    const wrong = { ...files, 'wrong.dtso': '/dts-v1/;\n/plugin/;\n&{/nowhere} { a; };\n' };
    expect(await refusal('base.dts', wrong, { overlays: ['wrong.dtso'] })).toBe(
      'wrong.dtso: its target /nowhere is no node of base.dts',
    );
  });

  it('are refused where they are none', async () => {
    expect(await refusal('base.dts', files, { overlays: ['base.dts'] })).toBe(
      'base.dts: is no overlay: none of its nodes holds an __overlay__',
    );
  });
});

describe('on this machine', () => {
  function folderWith(files: Record<string, string>): string {
    const folder = mkdtempSync(join(tmpdir(), 'heapboard-test-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    return folder;
  }

  it('source compiles without a dtc on PATH', async () => {
    vi.stubEnv('PATH', '');
    onTestFinished(() => {
      vi.unstubAllEnvs();
    });
    const notice = vi.fn();
    const folder = folderWith({
      'board.dts': `${base}/include/ "part.dtsi"\n`,
      'part.dtsi': '/ { part { }; };\n',
    });
    const tree = await loadDeviceTreeFile(join(folder, 'board.dts'), { notice });
    expect(tree.node('/part')).toBeDefined();
    expect(notice).not.toHaveBeenCalled();
  });

  it('a missing file and a path through a file are missing files', async () => {
    const folder = folderWith({ 'board.dts': base });
    await expect(loadDeviceTreeFile(join(folder, 'no.dts'))).rejects.toThrow('no such file');
    await expect(loadDeviceTreeFile(join(folder, 'board.dts', 'x'))).rejects.toThrow('no such file');
  });

  it('the dtc on PATH gives the same blobs, positions and overlays, where there is one', async ({ skip }) => {
    const { findNativeCompiler } = await import('./native-dtc.ts');
    const native: SourceCompiler | undefined = findNativeCompiler();
    if (native === undefined) return skip('there is no dtc on PATH');
    const own = await findNodeCompiler();
    const options = { file: 'a/base.dts', symbols: true };
    const [one, other] = [await native.compile(base, options), await own?.compile(base, options)];
    expect(Buffer.compare(one.dtb, other?.dtb ?? Buffer.of())).toBe(0);
    expect(one.annotate()).toBe(other?.annotate());
    const added = await native.applyOverlays(one.dtb, [await compiled(overlay)]);
    expect((await load('x.dtb', { 'x.dtb': added })).node('/soc')?.property('value')?.cell).toBe(2);
    const broken = native.compile('/dts-v1/;\n/ { a == 1; };', { file: 'bad.dts' });
    await expect(broken).rejects.toMatchObject({ name: 'DtcError', file: 'bad.dts', line: 2 });
  });
});
