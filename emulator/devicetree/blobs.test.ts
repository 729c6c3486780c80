import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { InputError } from '../base/input-error.ts';
import { findCompiler } from './dtc-parser/node.ts';
import { readFdt, writeFdt } from './fdt.ts';
import { loadDeviceTreeFile } from './node.ts';

/** Real blobs of Debian's kernel, which scripts/fetch-blobs brings; these tests are skipped without them. */
const folder = fileURLToPath(new URL('../../.cache/blobs', import.meta.url));
const boards = fileURLToPath(new URL('../../dts', import.meta.url));
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

/** One random damage: a byte, a word of the kind that headers and tokens have, a cut, or a copied piece. */
const place = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const words = fc.oneof(
  fc.constantFrom(0, 1, 2, 3, 4, 9, 0x7fffffff, 0x80000000, 0xfffffff0, 0xffffffff),
  fc.nat(0xffff),
);
const damage = fc.oneof(
  fc.record({ kind: fc.constant('byte' as const), place, value: fc.nat(255) }),
  fc.record({ kind: fc.constant('word' as const), place, value: words }),
  fc.record({ kind: fc.constant('header' as const), field: fc.nat(9), value: words }),
  fc.record({ kind: fc.constant('cut' as const), place }),
  fc.record({ kind: fc.constant('copy' as const), place, to: place, length: fc.nat(64) }),
);

function damaged(
  blob: Uint8Array,
  damages: readonly (typeof damage extends fc.Arbitrary<infer T> ? T : never)[],
) {
  let bytes = blob.slice();
  for (const one of damages) {
    const view = new DataView(bytes.buffer);
    const at = 'place' in one ? Math.floor(one.place * bytes.length) : 0;
    if (one.kind === 'byte' && bytes.length > 0) bytes[at] = one.value;
    if (one.kind === 'word' && bytes.length >= 4)
      view.setUint32(Math.min(at, bytes.length - 4) & ~3, one.value);
    if (one.kind === 'header' && bytes.length >= 40) view.setUint32(one.field * 4, one.value);
    if (one.kind === 'cut') bytes = bytes.slice(0, at);
    if (one.kind === 'copy') bytes.copyWithin(Math.floor(one.to * bytes.length), at, at + one.length);
  }
  return bytes;
}

const clear = /^damaged\.dtb: broken devicetree blob at offset 0x[0-9a-f]+: ./;

describe('damaged blobs', () => {
  const blobs: Uint8Array[] = [];

  beforeAll(async () => {
    for (const board of ['qemu-virt', 'hikey960'])
      blobs.push(writeFdt(await loadDeviceTreeFile(join(boards, board, `${board}.dts`))));
    const bySize = names.map(read).sort((a, b) => a.length - b.length);
    blobs.push(...bySize.slice(0, 8));
  });

  it('are read or refused with one clear message, a hundred thousand times', { timeout: 300_000 }, () => {
    let accepted = 0;
    const runs = fc.tuple(fc.nat(), fc.array(damage, { minLength: 1, maxLength: 4 }));
    fc.assert(
      fc.property(runs, ([which, damages]) => {
        const bytes = damaged(blobs[which % blobs.length] ?? new Uint8Array(), damages);
        try {
          // What is accepted can be written, and reads the same again.
          const written = writeFdt(readFdt(bytes, 'damaged.dtb'));
          accepted += 1;
          if (accepted % 16 === 0) {
            expect(Buffer.compare(writeFdt(readFdt(written, 'again.dtb')), written)).toBe(0);
          }
        } catch (error) {
          if (!(error instanceof InputError)) throw error;
          if (!clear.test(error.message)) throw error;
        }
      }),
      { numRuns: 100_000, seed: 6, verbose: false },
    );
    expect(accepted).toBeGreaterThan(1000);
  });
});
