import { expect, test } from 'vitest';
import * as z from 'zod';
import { inputError } from './input-error.ts';
import { parseYaml, validateYaml, type YamlFailure } from './yaml-input.ts';

const fail: YamlFailure = (problem, position) =>
  inputError('board-profile-broken', { problem }, { position });
const schema = z.strictObject({
  name: z.string(),
  list: z.array(z.strictObject({ size: z.number() })).optional(),
});

function check(text: string): unknown {
  return validateYaml(parseYaml(text, 'x.yaml', fail), schema, fail);
}

test('gives the validated value', () => {
  expect(check('name: a\nlist:\n  - size: 3\n')).toEqual({ name: 'a', list: [{ size: 3 }] });
});

test('a syntax error names line and column', () => {
  expect(() => check('name: a\nlist: [1,\n')).toThrow(/^x\.yaml:\d+:\d+: /);
});

test('a repeated key is an error', () => {
  expect(() => check('name: a\nname: b\n')).toThrow(/^x\.yaml:2:1: .*unique/);
});

test('an unknown key is named where it stands', () => {
  expect(() => check('name: a\nlist:\n  - size: 1\n    sise: 2\n')).toThrow(
    'x.yaml:4:5: unknown key "sise" in list[0]',
  );
});

test('a wrong value is named by its path and place', () => {
  expect(() => check('name: a\nlist:\n  - size: big\n')).toThrow(/^x\.yaml:3:11: list\[0\]\.size: .*number/);
});

test('a missing key is reported at the map that lacks it', () => {
  expect(() => check('list: []\n')).toThrow(/^x\.yaml:1:1: name: /);
});

test('an empty text is reported at its start', () => {
  expect(() => check('')).toThrow(/^x\.yaml:1:1: the document: /);
});

test('values too deep to read, and aliases that multiply, are one line', () => {
  const nested = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
  expect(() => check(nested)).toThrow(/^x\.yaml:1:\d+: values nest too deeply$/);
  const nine = (item: string) => `[${Array.from({ length: 9 }, () => item).join(', ')}]`;
  const bomb = Array.from({ length: 10 }, (_, i) => `a${i + 1}: &a${i + 1} ${nine(`*a${i}`)}\n`);
  expect(() => check(`a0: &a0 ${nine('x')}\n${bomb.join('')}`)).toThrow(
    /^x\.yaml:1:1: aliases .* too many values$/,
  );
});
