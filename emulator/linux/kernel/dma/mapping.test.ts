import { describe, expect, it } from 'vitest';
import { bootSmall, type SmallBoot } from '../../../testing/boot-small.ts';
import { cells, type NodeText, treeWith } from '../../../testing/build-tree.ts';
import { spawnProcess } from '../../../userland/process.ts';
import type { ProbeRequest } from '../../drivers/base/dd.ts';
import type { Device } from '../../drivers/base/device.ts';
import { attachBuffer, isContiguous } from '../../drivers/dma-buf/dma-buf-attach.ts';
import type { Kernel } from '../../init/kernel.ts';
import { errno } from '../../uapi/errno.ts';
import { O_RDWR } from '../../uapi/fcntl.ts';
import { allocCoherent } from './mapping.ts';

const mib = 1n << 20n;
const area = (base: number, more: NodeText = {}): NodeText => ({
  compatible: 'shared-dma-pool',
  reusable: true as const,
  reg: cells(base, 0x100_0000),
  ...more,
});

/** A board with a default area, an area and a coherent pool for devices, and devices that use them or not. */
function board(options: SmallBoot = {}, more: NodeText = {}): Kernel {
  const tree = treeWith({
    ram: { base: 0x4000_0000, size: 0x8000_0000 },
    regions: {
      'default@60000000': area(0x6000_0000, { 'linux,cma-default': true }),
      'own@70000000': { ...area(0x7000_0000), phandle: [1] },
      'pool@7a000000': {
        compatible: 'shared-dma-pool',
        'no-map': true,
        reg: cells(0x7a00_0000, 0x40_0000),
        phandle: [2],
      },
      'swio@7c000000': { compatible: 'restricted-dma-pool', reg: cells(0x7c00_0000, 0x8_0000), phandle: [4] },
      'plain@7b000000': { reg: cells(0x7b00_0000, 0x10_0000), phandle: [3] },
    },
    root: {
      'smmu@10000000': {
        compatible: 'arm,smmu-v3',
        '#iommu-cells': [1],
        phandle: [9],
        reg: cells(0x1000_0000, 1),
      },
      'plain@1': { compatible: 'a,plain', reg: cells(1, 1) },
      'owner@2': { compatible: 'a,owner', reg: cells(2, 1), 'memory-region': [1] },
      'pooled@3': { compatible: 'a,pooled', reg: cells(3, 1), 'memory-region': [2] },
      'mapped@4': { compatible: 'a,mapped', reg: cells(4, 1), iommus: [9, 0] },
      'wrong@5': { compatible: 'a,wrong', reg: cells(5, 1), 'memory-region': [3] },
      'confined@9': { compatible: 'a,confined', reg: cells(9, 1), 'memory-region': [4] },
      'gone@6': { compatible: 'a,gone', status: 'disabled' },
      'narrow@7': { compatible: 'a,narrow', reg: cells(7, 1) },
      bus: {
        '#address-cells': [1],
        '#size-cells': [1],
        ranges: true,
        'dma-ranges': [0xc000_0000, 0, 0x4000_0000, 0x1000_0000],
        'behind@8': { compatible: 'a,behind', reg: [8, 1] },
      },
      ...more,
    },
  });
  const { kernel } = bootSmall(tree, { bootargs: 'coherent_pool=4K', ...options });
  if (kernel === undefined) throw new Error('the board panicked');
  return kernel;
}

function deviceOf(kernel: Kernel, path: string, request: ProbeRequest = {}): Device {
  const node = kernel.handoff.tree.node(path);
  const device = node === undefined ? -errno.ENODEV : kernel.devices.probe(kernel, node, request);
  if (typeof device === 'number') throw new Error(`${path} does not probe: ${device}`);
  return device;
}

const alloc = (kernel: Kernel, path: string, sizeBytes: bigint, request: ProbeRequest = {}) =>
  allocCoherent(kernel, deviceOf(kernel, path, request), { sizeBytes });

describe('probing a device', () => {
  it.each([
    ['6.1', 'wrong: probe of 5.wrong failed with error -22'],
    ['6.12', 'wrong 5.wrong: probe with driver wrong failed with error -22'],
  ])('fails on %s where its region is no pool', (release, text) => {
    const kernel = board({ release });
    const node = kernel.handoff.tree.node('/wrong@5');
    expect(node === undefined ? 0 : kernel.devices.probe(kernel, node)).toBe(-errno.EINVAL);
    expect(kernel.log.lines.at(-1)?.text).toBe(text);
    expect(kernel.decisions.about('/wrong@5').at(-1)?.outcome).toContain('is a plain region');
  });

  it('does not happen for a node that is disabled', () => {
    const kernel = board();
    const node = kernel.handoff.tree.node('/gone@6');
    expect(node === undefined ? 0 : kernel.devices.probe(kernel, node)).toBe(-errno.ENODEV);
  });

  it('assigns the region and says so', () => {
    const kernel = board();
    expect(deviceOf(kernel, '/owner@2').area?.name).toBe('own@70000000');
    expect(kernel.log.lines.at(-1)?.text).toBe('owner 2.owner: assigned reserved memory node own@70000000');
    expect(deviceOf(kernel, '/plain@1').area).toBeUndefined();
  });

  it('runs out of memory for the assignment where somebody wants that', () => {
    const kernel = board();
    kernel.faults.arm('reserved-memory/assignment', -errno.ENOMEM);
    const node = kernel.handoff.tree.node('/owner@2');
    expect(node === undefined ? 0 : kernel.devices.probe(kernel, node)).toBe(-errno.ENOMEM);
  });
});

describe('coherent memory', () => {
  it('comes from the default area above one page, and from the page allocator for one', () => {
    const kernel = board();
    expect(alloc(kernel, '/plain@1', 4096n).source).toBe('pages');
    const large = alloc(kernel, '/plain@1', 8192n);
    expect(large).toMatchObject({ source: 'default-area', area: { name: 'default@60000000' }, pageCount: 2 });
  });

  it('comes from an own area whatever its size, then from pages, and never from the default area', () => {
    const kernel = board();
    const own = kernel.cma.all.find(({ name }) => name === 'own@70000000');
    expect(alloc(kernel, '/owner@2', 4096n)).toMatchObject({ source: 'own-area', area: own });
    expect(alloc(kernel, '/owner@2', 15n * mib).source).toBe('own-area');
    expect(alloc(kernel, '/owner@2', 4n * mib).source).toBe('pages');
    const tooLarge = alloc(kernel, '/owner@2', 8n * mib);
    expect(tooLarge.source).toBeUndefined();
    expect(tooLarge.tried.map(({ what }) => what)).toEqual([
      "the device's own CMA area own@70000000",
      'the page allocator',
    ]);
  });

  it('comes from an own coherent pool alone, in powers of two', () => {
    const kernel = board();
    const first = alloc(kernel, '/pooled@3', 3n * mib);
    expect(first).toMatchObject({ source: 'coherent-pool', pageCount: 768, busAddress: 0x7a00_0000n });
    expect(alloc(kernel, '/pooled@3', 4096n).source).toBeUndefined();
    if (first.source !== undefined) first.free();
    expect(alloc(kernel, '/pooled@3', 4096n).source).toBe('coherent-pool');
  });

  it('comes from a restricted pool alone, up to 256 KiB at once', () => {
    const kernel = board({ symbols: ['DMA_RESTRICTED_POOL=y'] });
    const ask = (sizeBytes: bigint) => alloc(kernel, '/confined@9', sizeBytes).source;
    expect([ask(mib), ask(262144n), ask(262144n), ask(4096n)]).toEqual([
      undefined,
      'restricted-pool',
      'restricted-pool',
      undefined,
    ]);
  });

  it('is scattered behind an IOMMU, and not where devices are passed through', () => {
    const kernel = board();
    const before = kernel.contiguous.defaultArea?.usedPages;
    expect(alloc(kernel, '/mapped@4', 5n * mib).source).toBe('iommu-pages');
    expect(kernel.contiguous.defaultArea?.usedPages).toBe(before);
    const device = deviceOf(kernel, '/mapped@4');
    const forced = allocCoherent(kernel, device, { sizeBytes: mib, forceContiguous: true });
    expect(forced.source).toBe('default-area');
    const passing = board({ bootargs: 'iommu.passthrough=1' });
    expect(alloc(passing, '/mapped@4', 5n * mib).source).toBe('default-area');
  });

  it('goes back where the device does not reach it, and another place is looked for', () => {
    const kernel = board();
    const before = kernel.contiguous.defaultArea?.usedPages;
    const memory = alloc(kernel, '/narrow@7', mib, { dmaBits: 29 });
    expect(memory.source).toBeUndefined();
    expect(memory.tried[0]?.result).toMatch(/^given back: 0x60\w+ is beyond .* ends at 0x1fffffff$/);
    expect(kernel.contiguous.defaultArea?.usedPages).toBe(before);
  });

  it('has bus addresses within the dma-ranges of its bus', () => {
    const kernel = board();
    const device = deviceOf(kernel, '/bus/behind@8');
    expect(device.busAddressOf(0x4800_0000n)).toBe(0xc800_0000n);
    expect(device.lastPhysicalAddress).toBe(0x4fff_ffffn);
    const memory = alloc(kernel, '/bus/behind@8', mib);
    expect(memory.tried[0]?.result).toContain('given back');
  });

  it('comes from the atomic pools where the driver may not sleep', () => {
    const kernel = board();
    const device = deviceOf(kernel, '/plain@1');
    expect(allocCoherent(kernel, device, { sizeBytes: 4096n, atomic: true }).source).toBe('pages');
    const rough = board({ platform: { coherency: 'none' } });
    const other = deviceOf(rough, '/plain@1');
    expect(allocCoherent(rough, other, { sizeBytes: 4096n, atomic: true }).source).toBe('atomic-pool');
  });

  it('is all given back when it is freed', () => {
    const kernel = board();
    const state = () => [kernel.pages.freePages, ...kernel.cma.all.map(({ usedPages }) => usedPages)];
    const before = state();
    for (const path of ['/plain@1', '/owner@2', '/mapped@4', '/pooled@3']) {
      const memory = alloc(kernel, path, 300_000n);
      if (memory.source !== undefined) memory.free();
    }
    expect(state()).toEqual(before);
  });
});

describe('a driver of the board', () => {
  it('allocates at its time, and what it has counts in the area', () => {
    const plan = {
      node: '/plain@1',
      name: undefined,
      atNs: 200_000_000n,
      allocations: [2n * mib, 64n * mib],
      region: 0,
      dmaBits: undefined,
    };
    const kernel = board({ platform: { drivers: [plan] } });
    expect(kernel.contiguous.defaultArea?.usedPages).toBeGreaterThanOrEqual(512);
    expect(kernel.devices.memory).toHaveLength(1);
    const outcomes = kernel.decisions.about('/plain@1').map(({ outcome }) => outcome);
    expect(outcomes.slice(1)).toEqual([
      'its driver has 2 MiB (the default CMA area default@60000000)',
      'its driver asked for 64 MiB and got nothing',
    ]);
  });
});

describe('a device at the other end of a buffer', () => {
  const bufferOf = (kernel: Kernel, heap: string, sizeBytes: number) => {
    const process = spawnProcess(kernel);
    process.dmaHeapAlloc(process.open(`/dev/dma_heap/${heap}`, O_RDWR), sizeBytes, O_RDWR);
    const buffer = kernel.dmaBufs.live.at(-1);
    if (buffer === undefined) throw new Error('no buffer');
    return { buffer, process };
  };

  it('sees one run of a CMA buffer, and the chunks of a system one', () => {
    const kernel = board();
    const device = deviceOf(kernel, '/plain@1');
    const cma = attachBuffer(kernel, bufferOf(kernel, 'default@60000000', 3 << 20).buffer, device);
    const system = attachBuffer(kernel, bufferOf(kernel, 'system', (1 << 20) + 8192).buffer, device);
    if ('result' in cma || 'result' in system) throw new Error('refused');
    expect(cma.entries).toHaveLength(1);
    expect(system.entries.length).toBeGreaterThan(1);
    expect(isContiguous(cma.entries, 4096)).toBe(true);
  });

  it('keeps the buffer alive, and shows in bufinfo', () => {
    const kernel = board({ symbols: ['DEBUG_FS=y'] });
    const device = deviceOf(kernel, '/plain@1');
    const { buffer, process } = bufferOf(kernel, 'system', 4096);
    attachBuffer(kernel, buffer, device);
    expect(process.readFile('/sys/kernel/debug/dma_buf/bufinfo')).toContain('\t1.plain\n');
    process.exit();
    expect(kernel.dmaBufs.live).toEqual([buffer]);
  });

  it('is refused what it cannot address, with EIO or, earlier, EINVAL', () => {
    for (const [release, code] of [
      ['6.1', 'EIO'],
      ['5.10', 'EINVAL'],
    ] as const) {
      const kernel = board({ release, symbols: ['SWIOTLB=n'] });
      const device = deviceOf(kernel, '/narrow@7', { dmaBits: 28 });
      const { buffer } = bufferOf(kernel, 'system', 4096);
      expect(attachBuffer(kernel, buffer, device)).toMatchObject({ result: -errno[code] });
      expect(buffer.attachments).toEqual([]);
    }
  });
});
