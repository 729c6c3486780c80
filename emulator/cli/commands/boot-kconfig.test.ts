import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, expect, test } from 'vitest';
import { runCommand } from '../test-io.ts';

const folder = mkdtempSync(join(tmpdir(), 'heapboard-kconfig-'));
const text = [
  'CONFIG_ARM64=y',
  'CONFIG_CMA=y',
  'CONFIG_DMA_CMA=y',
  'CONFIG_CMA_SIZE_SEL_MBYTES=y',
  'CONFIG_CMA_SIZE_MBYTES=48',
  'CONFIG_DMABUF_HEAPS=y',
  'CONFIG_DMABUF_HEAPS_SYSTEM=y',
  'CONFIG_DMABUF_HEAPS_CMA=y',
  '',
].join('\n');

function fileWith(name: string, content: string | Uint8Array): string {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
}

afterAll(() => rmSync(folder, { recursive: true }));

const bootWith = (file: string) => runCommand(['boot', 'qemu-virt', '--config', file, '--json']);

test('a configuration is read as text or packed, and boots the same', async () => {
  const [plain, packed] = [
    await bootWith(fileWith('config-6.12.0', text)),
    await bootWith(fileWith('config.gz', gzipSync(text))),
  ].map(({ out }) => JSON.parse(out));
  expect(plain.areas).toMatchObject([{ name: 'reserved', size: '0x3000000' }]);
  expect(packed.areas).toEqual(plain.areas);
  expect(packed.heaps).toEqual(plain.heaps);
});

test('a damaged packed configuration is one clear line', async () => {
  const file = fileWith('damaged.gz', gzipSync(text).subarray(0, 40));
  const { code, err } = await bootWith(file);
  expect(code).toBe(2);
  expect(err).toContain(`${file} is damaged`);
});

test('a symbol that lacks what it needs is refused at its line', async () => {
  const file = fileWith(
    'lacking.config',
    text.replace('CONFIG_DMA_CMA=y\n', '').replace(/CONFIG_CMA_SIZE.*\n/g, ''),
  );
  const { code, err } = await bootWith(file);
  expect(code).toBe(2);
  expect(err).toBe(`heapboard: ${file}:5: DMABUF_HEAPS_CMA needs DMA_CMA, which is not set\n`);
});

test('a boot without heaps says which options to set', async () => {
  const { out } = await runCommand(['boot', 'qemu-virt', '--kconfig', 'DMABUF_HEAPS=n']);
  expect(out).toMatch(/Heaps\n {2}none\n {2}DMABUF_HEAPS is not set, .* set DMABUF_HEAPS=y, .* from 7\.2 on/);
});
