import { describe, expect, it } from 'vitest';
import { MemoryFiles } from '../testing/memory-files.ts';
import { kernelIncludePaths } from './kernel-tree.ts';
import { loadDeviceTree } from './load.ts';
import { findNodeCompiler } from './node.ts';

const tree = {
  'linux/include/dt-bindings/gpio.h': '#define ACTIVE_LOW 1\n',
  'linux/scripts/dtc/include-prefixes/dt-bindings/gpio.h': '#define ACTIVE_LOW 1\n',
  'linux/arch/arm64/boot/dts/vendor/soc.dtsi': '/ {\n\tsoc: soc { };\n};\n',
  'linux/arch/arm64/boot/dts/vendor/board.dts': [
    '/dts-v1/;',
    '#include <dt-bindings/gpio.h>',
    '#include "soc.dtsi"',
    '/ {',
    '\t#address-cells = <2>;',
    '\tline = <ACTIVE_LOW>;',
    '};',
    '',
  ].join('\n'),
};

const load = (files: Readonly<Record<string, string>>, file: string) =>
  loadDeviceTree({ file, files: new MemoryFiles(files), findCompiler: () => findNodeCompiler() });

describe('a source of a kernel tree', () => {
  it('finds its headers by walking up', async () => {
    const board = await load(tree, 'linux/arch/arm64/boot/dts/vendor/board.dts');
    expect(board.root.property('line')?.cells).toEqual([1]);
    expect(board.node('/soc')).toBeDefined();
  });

  it('searches the prefixes first, then include/ of the same tree, and no tree above it', () => {
    const files = new MemoryFiles({ ...tree, 'include/dt-bindings/other.h': '' });
    expect(kernelIncludePaths('linux/arch/arm64/boot/dts/vendor/board.dts', files)).toEqual([
      'linux/arch/arm64/boot/dts',
      'linux/scripts/dtc/include-prefixes',
      'linux/include',
    ]);
    expect(kernelIncludePaths('elsewhere/board.dts', new MemoryFiles(tree))).toEqual([]);
  });

  it('names the line of the original file in a syntax error', async () => {
    const broken = { ...tree, 'linux/arch/arm64/boot/dts/vendor/soc.dtsi': '/ {\n\tsoc { }\n};\n' };
    await expect(load(broken, 'linux/arch/arm64/boot/dts/vendor/board.dts')).rejects.toThrow(
      /^linux\/arch\/arm64\/boot\/dts\/vendor\/soc\.dtsi:[23]:\d+: syntax error/,
    );
  });

  it('names the header that is missing, and where it was looked for', async () => {
    const {
      'linux/include/dt-bindings/gpio.h': _a,
      'linux/scripts/dtc/include-prefixes/dt-bindings/gpio.h': _b,
      ...rest
    } = tree;
    await expect(load(rest, 'linux/arch/arm64/boot/dts/vendor/board.dts')).rejects.toThrow(
      'board.dts:2: cannot find dt-bindings/gpio.h; tried linux/arch/arm64/boot/dts/dt-bindings/gpio.h',
    );
  });
});
