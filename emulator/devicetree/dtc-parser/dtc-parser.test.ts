import { describe, expect, it } from 'vitest';
import { DtcError, type ReadFile } from './index.ts';
import { findCompiler } from './node.ts';

const found = findCompiler();
if (found === undefined) throw new Error('dtc.wasm has not been built: run scripts/build-dtc');
const compiler = found;

const base = '/dts-v1/;\n/ { #address-cells = <1>; #size-cells = <1>; soc: soc { value = <0x11>; }; };\n';
const overlay = '/dts-v1/;\n/plugin/;\n&soc { value = <0x22>; added; };\n';

function filesOf(files: Record<string, string>): ReadFile {
  return (path) => (files[path] === undefined ? undefined : new TextEncoder().encode(files[path]));
}

async function refusal(source: string, file = 'bad.dts'): Promise<DtcError> {
  const error = await compiler.compile(source, { file }).catch((thrown: unknown) => thrown);
  if (!(error instanceof DtcError)) throw new Error('the compiler accepted it');
  return error;
}

describe('compile', () => {
  it('gives a blob with the magic number first', async () => {
    const { dtb } = await compiler.compile(base, { file: 'base.dts' });
    expect([...dtb.slice(0, 4)]).toEqual([0xd0, 0x0d, 0xfe, 0xed]);
  });

  it('reads included files relative to the folder of the source, be it relative or absolute', async () => {
    const source = '/dts-v1/;\n/include/ "part.dtsi"\n/ { last; };\n';
    const files = filesOf({ 'boards/part.dtsi': '/ { first; };', '/abs/part.dtsi': '/ { absolute; };' });
    const relative = await compiler.compile(source, { file: 'boards/x.dts', files });
    const absolute = await compiler.compile(source, { file: '/abs/x.dts', files });
    expect(await compiler.decompile(relative.dtb)).toContain('first;');
    expect(await compiler.decompile(absolute.dtb)).toContain('absolute;');
  });

  it('searches the include paths in their order', async () => {
    const files = filesOf({ 'b/part.dtsi': '/ { from-b; };', 'c/part.dtsi': '/ { from-c; };' });
    const options = { file: 'x.dts', files, includePaths: ['a', 'b', 'c'] };
    const { dtb } = await compiler.compile('/dts-v1/;\n/include/ "part.dtsi"\n', options);
    expect(await compiler.decompile(dtb)).toContain('from-b;');
  });

  it('takes the bytes of a file by /incbin/', async () => {
    const files: ReadFile = (path) => (path === 'data.bin' ? new Uint8Array([1, 2, 254]) : undefined);
    const { dtb } = await compiler.compile('/dts-v1/;\n/ { x = /incbin/("data.bin"); };', {
      file: 'x.dts',
      files,
    });
    expect(await compiler.decompile(dtb)).toContain('x = [01 02 fe];');
  });

  it('takes names of files that are not ASCII', async () => {
    const files = filesOf({ 'größe/tëil.dtsi': '/ { inside; };' });
    const source = '/dts-v1/;\n/include/ "tëil.dtsi"\n';
    const { dtb } = await compiler.compile(source, { file: 'größe/brett.dts', files });
    expect(await compiler.decompile(dtb)).toContain('inside;');
  });

  it('reports warnings with their check and position', async () => {
    const { warnings } = await compiler.compile('/dts-v1/;\n/ {\n  a { reg = <1>; };\n};\n', {
      file: 'w.dts',
    });
    const warning = warnings.find(({ check }) => check === 'unit_address_vs_reg');
    expect(warning).toMatchObject({ severity: 'warning', file: 'w.dts', line: 3, column: 5, endColumn: 20 });
    expect(warnings.some(({ message }) => message.includes('prerequisite'))).toBe(false);
  });

  it('annotates nodes and properties with file, line and columns where asked to', async () => {
    const { annotate } = await compiler.compile(base, { file: 'a/base.dts' });
    expect(annotate()).toContain('value = <0x11>; /* a/base.dts:2:57-2:72 */');
  });

  it('follows line markers in messages', async () => {
    const error = await refusal('# 7 "original.dtsi" 1\n/dts-v1/;\n/ { a == 1; };\n');
    expect(error).toMatchObject({ file: 'original.dtsi', line: 8, message: 'syntax error' });
  });

  it('starts every call afresh', async () => {
    const first = await compiler.compile(base, { file: 'base.dts', symbols: true });
    await refusal('/dts-v1/;\n/ {');
    const again = await compiler.compile(base, { file: 'base.dts', symbols: true });
    expect(again.dtb).toEqual(first.dtb);
  });
});

describe('a refused source', () => {
  it('names file, line and columns of a syntax error', async () => {
    expect(await refusal('/dts-v1/;\n/ {\n  a == 3;\n};')).toMatchObject({
      ...{ file: 'bad.dts', line: 3, column: 5, endColumn: 7, message: 'syntax error' },
    });
  });

  it('names the place of a reference to a label that does not exist', async () => {
    const error = await refusal('/dts-v1/;\n/ { a = <&nowhere>; };');
    expect(error).toMatchObject({ file: 'bad.dts', line: 2 });
    expect(error.message).toContain('non-existent node or label "nowhere"');
  });

  it('is no crash where nodes nest ten thousand deep', async () => {
    const depth = 10_000;
    const error = await refusal(`/dts-v1/;\n/ {${'a {'.repeat(depth)}${'};'.repeat(depth + 1)}`);
    expect(error.message).toBe('memory exhausted');
  });

  it('is no endless loop where a file includes itself', async () => {
    const source = '/dts-v1/;\n/include/ "self.dts"\n';
    const options = { file: 'self.dts', files: filesOf({ 'self.dts': source }) };
    await expect(compiler.compile(source, options)).rejects.toThrow('Includes nested too deeply');
  });
});

describe('overlays', () => {
  it('change a base that has symbols', async () => {
    const { dtb } = await compiler.compile(base, { file: 'base.dts', symbols: true });
    const dtbo = await compiler.compile(overlay, { file: 'x.dtso' });
    const source = await compiler.decompile(await compiler.applyOverlays(dtb, [dtbo.dtb]));
    expect(source).toContain('value = <0x22>;');
    expect(source).toContain('added;');
  });

  it('are refused by a base without symbols', async () => {
    const { dtb } = await compiler.compile(base, { file: 'base.dts' });
    const dtbo = await compiler.compile(overlay, { file: 'x.dtso' });
    await expect(compiler.applyOverlays(dtb, [dtbo.dtb])).rejects.toThrow(DtcError);
  });
});
