import { describe, expect, it } from 'vitest';
import { bootSmall, textsOf } from '../../../../testing/boot-small.ts';
import { cells, type NodeText, treeWith } from '../../../../testing/build-tree.ts';

const gib = 2 ** 30;

/** A bus whose masters see `size` bytes from `base` on, at the address `seen`. */
function bus(seen: number, base: number, size: number, more: NodeText = {}): NodeText {
  return { '#address-cells': [1], '#size-cells': [1], 'dma-ranges': [seen, ...cells(base), size], ...more };
}

/** The lines about zones of a boot with RAM from 1 GiB on, and where the default area ends. */
function zones(options: {
  readonly release: string;
  readonly root: NodeText;
  readonly ram?: { readonly base: number; readonly size: number };
}): { readonly lines: readonly string[]; readonly areaEnd: number } {
  const { release, root, ram = { base: gib, size: 4 * gib } } = options;
  const outcome = bootSmall(treeWith({ ram, root }), { release });
  const texts = textsOf(outcome);
  const from = texts.indexOf('Zone ranges:') + 1;
  const area = outcome.kernel?.contiguous.defaultArea;
  return {
    lines: texts.slice(from, from + 3).map((line) => line.trim()),
    areaEnd: ((area?.basePfn ?? 0) + (area?.pageCount ?? 0)) * 4096,
  };
}

const narrow = { soc: bus(0xc000_0000, gib, 0x3c00_0000) };

describe('zones', () => {
  it('end at 4 GiB where every bus reaches that far', () => {
    for (const release of ['5.10', '6.1', '6.12', '7.3']) {
      expect(zones({ release, root: {} })).toMatchObject({
        lines: [
          'DMA      [mem 0x0000000040000000-0x00000000ffffffff]',
          'DMA32    empty',
          'Normal   [mem 0x0000000100000000-0x000000013fffffff]',
        ],
        areaEnd: 4 * gib,
      });
    }
  });

  it('end at the power of two that holds what the narrowest bus reaches, before 6.12', () => {
    for (const release of ['5.10', '6.1', '6.6']) {
      expect(zones({ release, root: narrow })).toMatchObject({
        lines: [
          'DMA      [mem 0x0000000040000000-0x000000007fffffff]',
          'DMA32    [mem 0x0000000080000000-0x00000000ffffffff]',
          'Normal   [mem 0x0000000100000000-0x000000013fffffff]',
        ],
      });
    }
    expect(zones({ release: '6.1', root: narrow }).areaEnd).toBe(2 * gib);
  });

  it('end at the very address that the narrowest bus reaches, from 6.12 on', () => {
    for (const release of ['6.12', '7.3']) {
      expect(zones({ release, root: narrow })).toMatchObject({
        lines: [
          'DMA      [mem 0x0000000040000000-0x000000007bffffff]',
          'DMA32    [mem 0x000000007c000000-0x00000000ffffffff]',
          'Normal   [mem 0x0000000100000000-0x000000013fffffff]',
        ],
        areaEnd: 0x7c00_0000,
      });
    }
  });

  it('follow a bus below a bus to where its memory lies', () => {
    const outer = bus(0, 0x5000_0000, 0x1000_0000);
    const inner: NodeText = {
      '#address-cells': [1],
      '#size-cells': [1],
      'dma-ranges': [0x8000_0000, 0x400_0000, 0x200_0000],
    };
    const { areaEnd } = zones({ release: '6.12', root: { soc: { ...outer, bus: inner } } });
    expect(areaEnd).toBe(0x5600_0000);
  });

  it('pass over disabled buses, and over those without a window', () => {
    const root = {
      off: { ...bus(0, gib, 0x1000_0000), status: 'disabled' },
      open: { '#address-cells': [2], '#size-cells': [2], 'dma-ranges': true } as const,
    };
    expect(zones({ release: '6.12', root }).areaEnd).toBe(4 * gib);
  });

  it('take the flags of a PCI bus for no part of the address', () => {
    const pcie: NodeText = {
      device_type: 'pci',
      '#address-cells': [3],
      '#size-cells': [2],
      'dma-ranges': [0x0200_0000, 0, 0, ...cells(gib), ...cells(gib)],
    };
    expect(zones({ release: '6.12', root: { 'pcie@0': pcie } }).areaEnd).toBe(2 * gib);
  });

  it('are one where all RAM lies above what the narrowest bus reaches, before 6.12', () => {
    const root = { soc: bus(0, 0, 0x1000_0000) };
    const { lines } = zones({ release: '6.1', root, ram: { base: gib, size: gib } });
    expect(lines[0]).toBe('DMA      [mem 0x0000000040000000-0x000000007fffffff]');
  });
});
