import { describe, expect, it } from 'vitest';
import { boot, loadBoot } from '../boot.ts';
import type { BootOptions } from '../boot-options.ts';
import { comparePolicies } from './policies.ts';

/** Three pools, each exported in another way, and one that belongs to a device alone. */
const source = `/dts-v1/;
/ {
  #address-cells = <2>;
  #size-cells = <2>;
  memory@40000000 { device_type = "memory"; reg = <0 0x40000000 0 0x40000000>; };
  reserved-memory {
    #address-cells = <2>;
    #size-cells = <2>;
    ranges;
    flagged { compatible = "shared-dma-pool"; reusable; size = <0 0x1000000>; linux,cma-heap; };
    noded: noded { compatible = "shared-dma-pool"; reusable; size = <0 0x1000000>; };
    driven { compatible = "shared-dma-pool"; reusable; size = <0 0x1000000>; };
    own: own { compatible = "shared-dma-pool"; reusable; size = <0 0x1000000>; };
    firmware: firmware@50000000 { reg = <0 0x50000000 0 0x100000>; no-map; };
  };
  soc {
    #address-cells = <2>;
    #size-cells = <2>;
    ranges;
    exporter { compatible = "dmabuf-heap-cma"; memory-region = <&noded>; };
    camera@1000 { compatible = "acme,camera"; reg = <0 0x1000 0 0x1000>; };
    codec: video-codec@2000 { compatible = "acme,codec"; reg = <0 0x2000 0 0x1000>; memory-region = <&own>; };
    display@3000 { compatible = "acme,display"; reg = <0 0x3000 0 0x1000>; memory-region = <&firmware>; };
    off@4000 { compatible = "acme,off"; reg = <0 0x4000 0 0x1000>; status = "disabled"; };
  };
};
`;

const host = (text = source) => ({ stdin: async () => new TextEncoder().encode(text) });
const driven = { device: '/soc/camera@1000', region: 'driven' };

async function booted(options: BootOptions, text = source) {
  const system = await boot('-', { release: '6.12', ...options }, host(text));
  return system.summary();
}

async function exporters(options: BootOptions) {
  const { heaps } = await booted(options);
  return heaps.map(({ name, exportedBy }) => `${name} ${exportedBy}`);
}

describe('an export policy', () => {
  it('explicit makes heaps of the default area and of what flag, node and driver export, in that order', async () => {
    expect(await exporters({ exports: [driven] })).toEqual([
      'system release',
      'reserved release',
      'flagged flag',
      'noded node',
      'driven driver',
    ]);
  });

  it('release makes those that the kernel makes by itself', async () => {
    const exports = [driven];
    expect(await exporters({ exportPolicy: 'release', exports })).toEqual([
      'system release',
      'reserved release',
    ]);
    expect(await exporters({ release: '7.3', exports })).toEqual([
      'system release',
      'default_cma_region release',
      'flagged release',
      'noded release',
      'driven release',
      'own release',
      'reserved release',
    ]);
  });

  it('all adds every other area under its own name, none makes no CMA heap', async () => {
    expect(await exporters({ exportPolicy: 'all' })).toEqual([
      'system release',
      'reserved release',
      'flagged policy',
      'noded policy',
      'driven policy',
      'own policy',
    ]);
    expect(await exporters({ exportPolicy: 'none' })).toEqual(['system release']);
  });

  it('leaves names, twins and order to the release', async () => {
    expect(await exporters({ release: '7.3', exportPolicy: 'explicit', exports: [driven] })).toEqual([
      'system release',
      'default_cma_region release',
      'flagged release',
      'noded release',
      'driven release',
      'reserved release',
    ]);
    expect(await exporters({ release: '6.17', kconfig: ['DMABUF_HEAPS_CMA_LEGACY=y'] })).toEqual([
      'system release',
      'default_cma_region release',
      'reserved release',
      'flagged flag',
      'noded node',
    ]);
    expect(await exporters({ release: 'rfc-2019' })).toEqual([
      'system release',
      'reserved release',
      'flagged release',
      'driven release',
      'own release',
      // That time's sort leaves dynamic regions in another order than the tree's.
      'noded release',
    ]);
  });

  it('marks what an unpatched release would not have, and tells the difference', async () => {
    const { heaps, againstRelease } = await booted({ exports: [driven] });
    expect(heaps.map(({ needs }) => needs)).toEqual([
      undefined,
      undefined,
      'not in mainline 6.12: needs the May 2020 patch (linux,cma-heap)',
      'not in mainline 6.12: needs the October 2019 patch (dmabuf-heap-cma)',
      'not in mainline 6.12: needs the July 2020 patch (dma_heap_add_cma)',
    ]);
    expect(againstRelease).toEqual({ added: ['flagged', 'noded', 'driven'], missing: [] });
    const none = await booted({ release: '7.3', exportPolicy: 'none' });
    expect(none.againstRelease?.missing).toHaveLength(6);
    expect((await booted({ release: '7.3' })).againstRelease).toBeUndefined();
  });
});

describe('an export that cannot work says why', () => {
  const refusal = async (options: BootOptions, text = source) =>
    (await booted(options, text)).refusedExports.map(({ asker, why }) => `${asker}: ${why}`);

  it.each([
    [{ device: '/soc/camera@1000' }, '/soc/camera@1000: /soc/camera@1000 has no memory-region'],
    [
      { device: '/soc/display@3000' },
      '/soc/display@3000: the region firmware@50000000 is not reusable, so there is no CMA area of it',
    ],
    [
      { device: '/soc/off@4000', region: 'own' },
      '/soc/off@4000: its status is "disabled", so its driver never probes',
    ],
    [
      { device: '/soc/camera@1000', region: '/soc' },
      '/soc/camera@1000: /soc is no region under /reserved-memory',
    ],
  ])('%j', async (asked, message) => {
    expect(await refusal({ exports: [asked] })).toEqual([message]);
  });

  it('where no node has the phandle, or the region got no memory', async () => {
    const edits = [
      { kind: 'set', text: '/soc/exporter:memory-region=<0x77>' },
      { kind: 'set', text: '/reserved-memory/flagged:size=4G' },
    ] as const;
    expect(await refusal({ edits })).toEqual([
      '/reserved-memory/flagged: the region flagged is failed: no free range of 4 GiB where it may lie',
      '/soc/exporter: the memory-region of /soc/exporter refers to phandle 119, which no node has',
    ]);
  });

  it('where the name is taken', async () => {
    expect(await refusal({ exports: [driven, driven] })).toEqual([
      '/reserved-memory/driven: the name is taken: there is a heap driven already',
    ]);
  });

  it('where the minors do not suffice', async () => {
    const pools = Array.from({ length: 130 }, (_, index) => {
      const base = (0x44000000 + index * 0x400000).toString(16);
      return `pool@${base} { compatible = "shared-dma-pool"; reusable; reg = <0 0x${base} 0 0x400000>; };`;
    });
    const many = source
      .replace('flagged {', `${pools.join('\n')}\nflagged {`)
      .replaceAll('0x50000000', '0x78000000');
    const options = { exportPolicy: 'all', kconfig: ['CMA_AREAS=150'] };
    const { heaps, refusedExports } = await booted(options, many.replaceAll('@50000000', '@78000000'));
    expect(heaps).toHaveLength(128);
    expect(refusedExports.length).toBeGreaterThan(0);
    expect(new Set(refusedExports.map(({ why }) => why))).toEqual(
      new Set(['all 128 minors of dma_heap are taken']),
    );
  });

  it('and a missing node is a mistake of the user, with near names', async () => {
    const wrong = (device: string, region?: string) => booted({ exports: [{ device, region }] });
    await expect(wrong('/soc/camera@1001')).rejects.toThrow(
      'cannot export /soc/camera@1001: the tree has no such node; did you mean /soc/camera@1000?',
    );
    await expect(wrong('/soc/camera@1000', 'drivn')).rejects.toThrow(
      'cannot export drivn: the tree has no such region; did you mean driven?',
    );
    await expect(booted({ exportPolicy: 'some' })).rejects.toThrow(
      'unknown export policy "some"; known are none, explicit, release, all',
    );
  });
});

describe('the table of policies', () => {
  it('tells which heap each gives and who could then exhaust whom', async () => {
    const request = await loadBoot('-', { release: '7.3', exports: [driven] }, host());
    const { policies } = comparePolicies(request);
    expect(policies.map(({ policy, isUsual, heaps }) => [policy, isUsual, heaps.length])).toEqual([
      ['none', false, 0],
      ['explicit', false, 5],
      ['release', true, 6],
      ['all', false, 6],
    ]);
    const risks = (name: string) =>
      policies
        .find(({ policy }) => policy === name)
        ?.exhaustion.map(({ kind, victims }) => `${kind} ${victims}`);
    expect(risks('none')).toEqual([]);
    expect(risks('explicit')).toEqual([
      'device-region /soc/camera@1000',
      'one-pool default_cma_region,reserved',
    ]);
    expect(risks('release')).toEqual([
      'device-region /soc/camera@1000',
      'device-region /soc/video-codec@2000',
      'one-pool default_cma_region,reserved',
    ]);
  });
});
