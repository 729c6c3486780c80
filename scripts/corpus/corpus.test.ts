import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { readFdt } from '../../emulator/devicetree/fdt.ts';
import { findNodeCompiler } from '../../emulator/devicetree/node.ts';
import { OurCompiler } from './compile.ts';
import { kernelSources } from './kernel-sources.ts';

/** SHA-256 of the blobs that `gcc -E | dtc` of Debian's 6.1 sources gives; the whole corpus is `npm run corpus`. */
const sample: Readonly<Record<string, string>> = JSON.parse(
  readFileSync(new URL('./sample.json', import.meta.url), 'utf8'),
);

const sources = kernelSources();

describe.skipIf(sources === undefined)('the boards of the kernel', () => {
  let ours: OurCompiler | undefined;

  beforeAll(async () => {
    const compiler = await findNodeCompiler();
    if (sources !== undefined && compiler !== undefined) ours = new OurCompiler(sources, compiler);
  });

  it.each(Object.entries(sample))(
    '%s becomes the blob that gcc and dtc make of it',
    async (board, expected) => {
      const blob = (await ours?.compile(board)) ?? new Uint8Array(0);
      const digest = await crypto.subtle.digest('SHA-256', new Uint8Array(blob));
      expect(Buffer.from(digest).toString('hex')).toBe(expected);
      expect(readFdt(blob, board).root.compatible.length).toBeGreaterThan(0);
    },
  );
});
