import { expect, test } from 'vitest';
import { treeWith } from '../testing/build-tree.ts';
import { chooseArchitecture, refuseWrongArchitecture } from './architecture.ts';

const treeOf = (core: string) => treeWith({ root: { cpus: { 'cpu@0': { compatible: core } } } });

test.each([
  ['arm,cortex-a15', 'arm'],
  ['arm,arm1176jzf-s', 'arm'],
  ['qcom,krait', 'arm'],
  ['arm,cortex-a53', 'arm64'],
  ['arm,armv8', 'arm64'],
])('a machine with %s is of arch %s', (core, architecture) => {
  expect(chooseArchitecture(undefined, undefined, treeOf(core))).toBe(architecture);
});

test('what is asked for goes before what the processors say', () => {
  expect(chooseArchitecture('arm', undefined, treeOf('arm,cortex-a53'))).toBe('arm');
  expect(chooseArchitecture(undefined, undefined, treeWith({}))).toBe('arm64');
});

test('a 32-bit processor runs no 64-bit kernel, the other way round it does', () => {
  const refused = () => refuseWrongArchitecture('arm64', 'my.config', undefined, treeOf('arm,cortex-a7'));
  expect(refused).toThrow(/arm,cortex-a7 has 32 bits, and the configuration my\.config is for arch arm64/);
  expect(() => refuseWrongArchitecture('arm', 'a', undefined, treeOf('arm,cortex-a53'))).not.toThrow();
});

test('a configuration of another architecture than the one asked for is refused', () => {
  const refused = () => refuseWrongArchitecture('arm64', 'my.config', 'arm', undefined);
  expect(refused).toThrow('the configuration my.config is for arch arm64, and arm was asked for');
});
