import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { findCompiler } from './dtc-parser/node.ts';
import { readFdt, writeFdt } from './fdt.ts';

/** Real blobs of Debian's kernel, which scripts/fetch-blobs brings; these tests are skipped without them. */
const folder = fileURLToPath(new URL('../../.cache/blobs', import.meta.url));
const names = existsSync(folder)
  ? readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.dtb'))
  : [];
if (names.length === 0) console.info('no real blobs: scripts/fetch-blobs brings them');

const read = (name: string): Uint8Array => new Uint8Array(readFileSync(join(folder, name)));

describe.skipIf(names.length === 0)('every real blob', () => {
  it('is read, and written again as dtc writes it', { timeout: 300_000 }, async () => {
    const compiler = findCompiler();
    if (compiler === undefined) throw new Error('dtc.wasm has not been built: run scripts/build-dtc');
    const differing: string[] = [];
    for (const name of names) {
      const canonical = await compiler.rewrite(read(name));
      if (Buffer.compare(writeFdt(readFdt(canonical, name)), canonical) !== 0) differing.push(name);
    }
    expect(differing).toEqual([]);
    expect(names.length).toBeGreaterThan(500);
  });
});
