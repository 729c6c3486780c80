import { describe, expect, it } from 'vitest';
import { type NodeText, treeWith } from '../../testing/build-tree.ts';
import { dmaMasters } from './devices.ts';

const at = (address: number): readonly number[] => [0, address, 0, 0x1000];

/** The DMA masters of a system-on-chip with these nodes. */
function mastersOf(nodes: NodeText) {
  const soc: NodeText = {
    compatible: 'simple-bus',
    ranges: true,
    '#address-cells': [2],
    '#size-cells': [2],
    ...nodes,
  };
  return dmaMasters(treeWith({ ram: { base: 0, size: 0x2_0000_0000 }, root: { soc } }));
}

describe('DMA masters by kind', () => {
  it.each([
    ['mmc@1000', 'rockchip,rk3399-dw-mshc', 'storage', 32, 'inferred'],
    ['ufshc@1000', 'qcom,sdm845-ufshc', 'storage', 64, 'inferred'],
    ['sata@1000', 'generic-ahci', 'storage', 64, 'inferred'],
    ['usb@1000', 'generic-xhci', 'usb', 64, 'inferred'],
    ['usb@1000', 'snps,dwc3', 'usb', 64, 'inferred'],
    ['usb@1000', 'generic-ohci', 'usb', 32, 'inferred'],
    ['ethernet@1000', 'snps,dwmac-4.20a', 'network', 32, 'inferred'],
    ['ethernet@1000', 'fsl,imx8mm-fec', 'network', 32, 'inferred'],
    ['ethernet@1000', 'cdns,zynqmp-gem', 'network', 44, 'inferred'],
    ['ethernet@1000', 'marvell,armada-7k-pp22', 'network', 40, 'read'],
    ['crypto@1000', 'inside-secure,safexcel-eip97ies', 'crypto', 32, 'inferred'],
    ['dma-controller@1000', 'arm,pl330', 'dma', 32, 'inferred'],
    ['audio-controller@1000', 'amlogic,axg-frddr', 'audio', 32, 'inferred'],
    ['mixer@1000', 'allwinner,sun50i-a64-de2-mixer-0', 'display', 32, 'inferred'],
    ['accelerator@1000', 'acme,npu', 'processor', 32, 'inferred'],
  ] as const)('%s, compatible %s: %s with %i address bits (%s)', (name, compatible, kind, bits, evidence) => {
    expect(mastersOf({ [name]: { compatible, reg: at(0x1000) } })).toMatchObject([
      { node: `/soc/${name}`, kind, width: { bits, evidence } },
    ]);
  });

  it.each([
    [
      'a device that a DMA controller serves',
      'mmc@1000',
      { compatible: 'brcm,bcm2835-sdhost-mmc', dmas: [1, 13] },
    ],
    ['one that moves its data by hand', 'ethernet@1000', { compatible: 'smsc,lan9118' }],
    ['a serial port', 'serial@1000', { compatible: 'arm,pl011' }],
    [
      'a node that only ties others together',
      'display-subsystem',
      { compatible: 'rockchip,display-subsystem' },
    ],
    ['software that looks into a region', 'smem@1000', { compatible: 'qcom,smem', 'memory-region': [1] }],
    [
      'a framebuffer that the boot loader left',
      'fb',
      { compatible: 'simple-framebuffer', 'memory-region': [1] },
    ],
  ])('are not %s', (_what, name, properties) => {
    const reg: NodeText = name.includes('@') ? { reg: at(0x1000) } : {};
    expect(mastersOf({ [name]: { ...properties, ...reg } })).toEqual([]);
  });

  it('are told by being coherent or not, whatever they are called; a bus says it for others', () => {
    const found = mastersOf({
      'thing@1000': { compatible: 'acme,thing', reg: at(0x1000), 'dma-coherent': true },
      'serial@2000': { compatible: 'acme,serial', reg: at(0x2000) },
      'slot@3000': { compatible: 'virtio,mmio', reg: at(0x3000), 'dma-coherent': true },
      bus: { compatible: 'simple-bus', 'dma-coherent': true, ranges: true },
    });
    expect(found).toMatchObject([
      { kind: 'other', needs: 'scattered', because: 'its names do not tell that it needs more' },
    ]);
  });

  it('reach what the buses above them let through, or all memory behind an IOMMU', () => {
    const below = (iommus: NodeText) =>
      mastersOf({
        'dma-ranges': [0, 0, 0, 0, 0, 0x40000000],
        'iommu@2000': { compatible: 'arm,smmu-v2', reg: at(0x2000), phandle: [1], '#iommu-cells': [1] },
        'vpu@1000': { compatible: 'acme,vpu', reg: at(0x1000), ...iommus },
      }).map((one) => [one.needs, one.below]);
    expect(below({})).toEqual([['contiguous', '0x40000000']]);
    expect(below({ iommus: [1, 0] })).toEqual([['scattered', undefined]]);
  });

  it('are the controller inside and not the wrapper around it', () => {
    const inner = { compatible: 'snps,dwc3', reg: at(0x2000) };
    const bus: NodeText = { ranges: true, '#address-cells': [2], '#size-cells': [2] };
    const found = mastersOf({
      'usb@1000': { compatible: 'qcom,dwc3', reg: at(0x1000), ...bus, 'usb@2000': inner },
    });
    expect(found.map(({ node }) => node)).toEqual(['/soc/usb@1000/usb@2000']);
  });

  it('reach memory through the device that they name for it', () => {
    const found = mastersOf({
      'mmu@1000': { compatible: 'renesas,ipmmu-vmsa', reg: at(0x1000), phandle: [1], '#iommu-cells': [1] },
      'fcp@2000': { compatible: 'renesas,fcpv', reg: at(0x2000), phandle: [2], iommus: [1, 4] },
      'vsp@3000': { compatible: 'renesas,vsp2', reg: at(0x3000), 'renesas,fcp': [2] },
    });
    expect(found.find(({ kind }) => kind === 'codec')).toMatchObject({
      needs: 'scattered',
      iommus: ['/soc/mmu@1000'],
    });
  });
});

describe('what is behind a PCI host', () => {
  const host = { compatible: 'pci-host-ecam-generic', device_type: 'pci', reg: at(0x1000) };
  const bus = { '#address-cells': [3], '#size-cells': [2], ranges: [0x02000000, 0, 0, 0, 0, 0, 0x1000] };

  it('reaches what the dma-ranges of the host let through, with as many bits as its drivers ask for', () => {
    const ranges = { 'dma-ranges': [0x02000000, 0, 0, 0, 0, 0, 0x40000000] };
    expect(mastersOf({ 'pcie@1000': { ...host, ...bus, ...ranges } })).toMatchObject([
      { kind: 'pci', below: '0x40000000', needs: 'scattered', width: { bits: 64, evidence: 'inferred' } },
    ]);
  });

  it('is behind an IOMMU where the host maps it to one', () => {
    const found = mastersOf({
      'iommu@2000': { compatible: 'arm,smmu-v3', reg: at(0x2000), phandle: [1], '#iommu-cells': [1] },
      'pcie@1000': { ...host, ...bus, 'iommu-map': [0, 1, 0, 0x10000] },
    });
    expect(found).toMatchObject([{ kind: 'pci', iommus: ['/soc/iommu@2000'] }]);
  });

  it('is told by itself where it names a region', () => {
    const wifi = { compatible: 'pci14c3,7961', reg: [0, 0, 0, 0, 0], 'memory-region': [7] };
    const found = mastersOf({
      'pcie@1000': { ...host, ...bus, 'wifi@0': wifi, 'usb@1': { compatible: 'pci1106,3483' } },
      'pool@2000': { compatible: 'restricted-dma-pool', phandle: [7] },
    });
    expect(found.map(({ node, kind }) => [node, kind])).toEqual([
      ['/soc/pcie@1000', 'pci'],
      ['/soc/pcie@1000/wifi@0', 'network'],
    ]);
  });
});
