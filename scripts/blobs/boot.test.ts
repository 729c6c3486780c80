import { beforeAll, describe, expect, it } from 'vitest';
import { InputError } from '../../emulator/base/input-error.ts';
import type { PhysicalRange } from '../../emulator/base/range.ts';
import { loadDeviceTreeFile } from '../../emulator/devicetree/node.ts';
import type { DeviceTree } from '../../emulator/devicetree/tree.ts';
import { boot } from '../../emulator/whatif/boot.ts';
import type { BootSummary } from '../../emulator/whatif/summary.ts';
import type { System } from '../../emulator/whatif/system.ts';
import { likelyBank, statedBase } from './likely-bank.ts';
import { realBlobFile, realBlobs } from './subjects.ts';

const names = realBlobs();
if (names.length === 0) console.info('no real blobs: scripts/fetch-blobs brings them');

const gibibyte = 1n << 30n;

async function bootWithRam(tree: DeviceTree): Promise<System> {
  try {
    return await boot(tree);
  } catch (error) {
    if (!(error instanceof InputError) || error.kind !== 'memory-missing') throw error;
    return boot(tree, { memory: [likelyBank(tree)] });
  }
}

/** What was decided about each region that failed. */
function failures({ regions, decisions }: BootSummary) {
  const failed = new Set(regions.filter(({ state }) => state === 'failed').map(({ node }) => node));
  return decisions.filter(({ subject }) => failed.has(subject));
}

describe.skipIf(names.length === 0)('every real blob', () => {
  const booted = new Map<string, BootSummary>();
  const trees = new Map<string, DeviceTree>();
  const thrown: string[] = [];

  beforeAll(async () => {
    for (const name of names) {
      try {
        const tree = await loadDeviceTreeFile(realBlobFile(name));
        trees.set(name, tree);
        booted.set(name, (await bootWithRam(tree)).summary());
      } catch (error) {
        thrown.push(`${name}: ${error}`);
      }
    }
  }, 300_000);

  const each = () => [...booted];

  it('boots', () => {
    expect(thrown).toEqual([]);
    expect(each().flatMap(([name, { panic }]) => (panic === undefined ? [] : `${name}: ${panic}`))).toEqual(
      [],
    );
  });

  it('has the heap of the system', () => {
    const without = each().filter(([, { heaps }]) => !heaps.some(({ name }) => name === 'system'));
    expect(without.map(([name]) => name)).toEqual([]);
  });

  it('loses no region to a kernel image or blob whose place was only assumed', () => {
    const blamed = each().flatMap(([name, summary]) =>
      failures(summary)
        .filter((decision) => /kernel image|devicetree blob/.test(JSON.stringify(decision)))
        .map(({ subject }) => `${name}: ${subject}`),
    );
    expect(blamed).toEqual([]);
  });

  it('has its regions where it says', () => {
    const moved = each().flatMap(([name, { regions }]) =>
      regions.flatMap(({ node, base }) => {
        const stated = statedBase(trees.get(name), node);
        return stated === undefined || base === null || BigInt(base) === stated
          ? []
          : `${name}: ${node} at ${base}`;
      }),
    );
    expect(moved).toEqual([]);
  });
});

describe.skipIf(names.length === 0)('a real blob', () => {
  const bootBlob = async (name: string, memory?: PhysicalRange) => {
    const system = await boot(realBlobFile(name), memory === undefined ? {} : { memory: [memory] });
    return system.summary();
  };

  it('of the HiKey gives its area of 128 MiB as a heap', async () => {
    const { areas, heaps } = await bootBlob('hisilicon/hi6220-hikey.dtb');
    expect(areas).toMatchObject([
      { name: 'linux,cma', base: '0x36000000', size: '0x8000000', isDefault: true },
    ]);
    expect(heaps.map(({ name }) => name)).toEqual(['system', 'linux,cma']);
  });

  it.each([
    { name: 'hisilicon/hi3660-hikey960.dtb', bank: { baseBytes: 0n, sizeBytes: 3n * gibibyte } },
    { name: 'qcom/sdm845-db845c.dtb', bank: { baseBytes: 0x8000_0000n, sizeBytes: 4n * gibibyte } },
  ])('of $name leaves the RAM to be stated, and has the default area in it', async ({ name, bank }) => {
    await expect(boot(realBlobFile(name))).rejects.toThrow('--memory');
    const { areas, heaps, regions } = await bootBlob(name, bank);
    expect(heaps.map(({ kind }) => kind)).toEqual(['system', 'cma']);
    expect(areas).toMatchObject([{ isDefault: true, active: true }]);
    const base = BigInt(areas[0]?.base ?? '-1');
    expect(base).toBeGreaterThanOrEqual(bank.baseBytes);
    expect(base + BigInt(areas[0]?.size ?? '0')).toBeLessThanOrEqual(bank.baseBytes + bank.sizeBytes);
    expect(regions.length).toBeGreaterThan(0);
    expect(regions.filter(({ state }) => state === 'failed')).toEqual([]);
  });
});
