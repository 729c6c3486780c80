import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { PhysicalRange } from '../base/range.ts';
import { GiB, KiB, MiB } from '../base/units.ts';
import { readFdt } from '../devicetree/fdt.ts';
import type { DeviceTree } from '../devicetree/tree.ts';
import type { Placement } from '../machine/board.ts';
import { memoryBanks, memoryNodes } from '../machine/memory-nodes.ts';
import { boot } from './boot.ts';
import { bootTree } from './boot-tree.ts';
import { chooseKernel } from './kernel-choice.ts';

/** Real blobs of Debian's kernel, which scripts/fetch-blobs brings; these tests are skipped without them. */
const folder = fileURLToPath(new URL('../../.cache/blobs', import.meta.url));
const names = existsSync(folder)
  ? readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.dtb'))
  : [];
const kernel = chooseKernel({}, undefined, () => expect.fail('no file is needed'));

/** 2 GiB where the empty memory node says that RAM begins, as a boot loader would fill in. */
function ramFor(tree: DeviceTree): readonly PhysicalRange[] | undefined {
  if (memoryBanks(tree).length > 0) return undefined;
  const address = memoryNodes(tree)[0]?.name.split('@')[1];
  return [{ baseBytes: address === undefined ? GiB : BigInt(`0x${address}`), sizeBytes: 2n * GiB }];
}

function failedRegions(tree: DeviceTree, place: Placement = {}): readonly string[] {
  const system = bootTree({ ...kernel, ...place, tree, profile: undefined, memory: ramFor(tree) });
  expect(system.panic, tree.file).toBeUndefined();
  return system
    .summary()
    .regions.filter(({ state }) => state === 'failed' || state === 'returned')
    .map(({ node }) => node);
}

/** Image and blob as small as can be and close together, where they were assumed to lie apart. */
function outOfTheWay(tree: DeviceTree): Placement {
  const [bank] = ramFor(tree) ?? memoryBanks(tree);
  const start = (bank?.baseBytes ?? 0n) + 16n * MiB;
  return {
    kernelImage: { baseBytes: start, sizeBytes: 4n * KiB },
    dtb: { baseBytes: start + 4n * KiB, sizeBytes: 4n * KiB },
  };
}

describe.skipIf(names.length === 0)('real blobs', () => {
  test('every one boots, and no assumed object makes a region fail', { timeout: 300_000 }, () => {
    const blamed: string[] = [];
    for (const name of names) {
      const tree = readFdt(new Uint8Array(readFileSync(join(folder, name))), name);
      const failed = failedRegions(tree);
      if (failed.length === 0) continue;
      const stillFailing = failedRegions(tree, outOfTheWay(tree));
      blamed.push(...failed.filter((node) => !stillFailing.includes(node)).map((node) => `${name}: ${node}`));
    }
    expect(blamed).toEqual([]);
    expect(names.length).toBeGreaterThan(500);
  });

  test('hi6220-hikey has its 128 MiB of CMA at 0x36000000', async () => {
    const summary = (await boot(join(folder, 'hisilicon/hi6220-hikey.dtb'))).summary();
    expect(summary.areas).toMatchObject([
      { name: 'linux,cma', base: '0x36000000', size: '0x8000000', isDefault: true },
    ]);
    expect(summary.heaps.map((heap) => heap.name)).toEqual(['system', 'linux,cma']);
    expect(summary.regions.map(({ name, state }) => ({ name, state }))).toEqual([
      { name: 'ramoops@21f00000', state: 'reserved' },
      { name: 'linux,cma', state: 'cma' },
    ]);
  });

  test('hi3660-hikey960 has no CMA node, so the configuration makes the default area', async () => {
    const memory = [{ baseBytes: 0n, sizeBytes: 3n * GiB }];
    const summary = (await boot(join(folder, 'hisilicon/hi3660-hikey960.dtb'), { memory })).summary();
    expect(summary.areas).toMatchObject([{ name: 'reserved', size: '0x2000000', isDefault: true }]);
    expect(summary.heaps.map((heap) => heap.name)).toEqual(['system', 'reserved']);
    expect(summary.regions).toMatchObject([{ name: 'ramoops@32000000', state: 'reserved' }]);
  });

  test("sdm845-db845c keeps the firmware's regions to themselves", async () => {
    const memory = [{ baseBytes: 2n * GiB, sizeBytes: 0xfe2c0000n }];
    const summary = (await boot(join(folder, 'qcom/sdm845-db845c.dtb'), { memory })).summary();
    const fixed = summary.regions.filter(({ node }) => node.includes('@'));
    expect(fixed.length).toBeGreaterThan(20);
    expect(fixed.every(({ state, noMap }) => state === 'reserved' && noMap)).toBe(true);
    expect(summary.heaps.map((heap) => heap.name)).toEqual(['system', 'reserved']);
  });

  test.each([
    ['hikey', 'hisilicon/hi6220-hikey.dtb'],
    ['hikey960', 'hisilicon/hi3660-hikey960.dtb'],
  ])('the board %s reserves what the real blob does', async (board, blob) => {
    const own = (await boot(board)).summary();
    const real = (await boot(join(folder, blob), { board })).summary();
    for (const field of ['memory', 'regions', 'heaps'] as const)
      expect(own[field], field).toEqual(real[field]);
    const places = (areas: typeof own.areas) => areas.map(({ name, size }) => ({ name, size }));
    expect(places(own.areas)).toEqual(places(real.areas));
  });
});
