import { beforeAll, describe, expect, it } from 'vitest';
import { MemoryFiles } from '../../testing/memory-files.ts';
import { loadDeviceTree } from '../load.ts';
import { findNodeCompiler } from '../node.ts';
import type { DeviceTree, DtNode } from '../tree.ts';
import { cellsBelow, cellsOf, registersOf } from './cells.ts';
import { isEnabled } from './status.ts';
import { physicalRegisters, translate } from './translate.ts';

const source = `/dts-v1/;
/ {
  #address-cells = <2>;
  #size-cells = <2>;
  soc {
    #address-cells = <1>;
    #size-cells = <1>;
    ranges = <0x0 0x0 0xf0000000 0x10000>, <0x10000 0x1 0x0 0x10000>;
    dma-ranges = <0xc0000000 0x0 0x0 0x40000000>;
    uart@100 { reg = <0x100 0x10>, <0x10020 0x10>; status = "disabled"; port { }; };
    closed@200 { reg = <0x200 0x20>; device@0 { reg = <0x0 0x4>; }; };
    open@300 { ranges; device@8 { reg = <0x308 0x4>; }; };
    video@400 { reg = <0x400 0x10>; };
    outside@90000 { reg = <0x90000 0x10>; };
  };
  pcie@1000 {
    device_type = "pci";
    #address-cells = <3>;
    #size-cells = <2>;
    ranges = <0x02000000 0x0 0x40000000 0x0 0x60000000 0x0 0x1000000>;
    reg = <0 0x1000 0 0x10>;
  };
};
`;

let tree: DeviceTree;

function node(path: string): DtNode {
  const found = tree.node(path);
  if (found === undefined) throw new Error(`no node ${path}`);
  return found;
}

beforeAll(async () => {
  const files = new MemoryFiles({ 'x.dts': source });
  tree = await loadDeviceTree({ file: 'x.dts', files, findCompiler: () => findNodeCompiler() });
});

describe('cells', () => {
  it('of a node are those of its parent', () => {
    expect(cellsOf(node('/soc'))).toEqual({ address: 2, size: 2 });
    expect(cellsOf(node('/soc/uart@100'))).toEqual({ address: 1, size: 1 });
  });

  it('are looked for further up where a bus states none', () => {
    expect(cellsBelow(node('/soc/open@300'))).toEqual({ address: 1, size: 1 });
  });

  it('divide reg into its entries', () => {
    expect(registersOf(node('/soc/uart@100'))).toEqual([
      { baseBytes: 0x100n, sizeBytes: 0x10n },
      { baseBytes: 0x10020n, sizeBytes: 0x10n },
    ]);
  });
});

describe('addresses', () => {
  it('go up through the window of each bus', () => {
    expect(physicalRegisters(node('/soc/uart@100'))).toEqual([
      { baseBytes: 0xf0000100n, sizeBytes: 0x10n },
      { baseBytes: 0x1_0000_0020n, sizeBytes: 0x10n },
    ]);
  });

  it('stay as they are on a bus with empty ranges', () => {
    expect(physicalRegisters(node('/soc/open@300/device@8'))).toEqual([
      { baseBytes: 0xf0000308n, sizeBytes: 4n },
    ]);
  });

  it('do not leave a bus without ranges', () => {
    expect(physicalRegisters(node('/soc/closed@200/device@0'))).toEqual([undefined]);
    expect(translate(0n, node('/soc/closed@200'))).toMatchObject({
      problem: '/soc/closed@200 has no ranges',
    });
  });

  it('do not leave a bus outside of its windows', () => {
    expect(physicalRegisters(node('/soc/outside@90000'))).toEqual([undefined]);
    expect(translate(0x90000n, node('/soc'))).toMatchObject({
      problem: "0x90000 is in no window of /soc's ranges",
    });
  });

  it('of bus masters go through dma-ranges, and through a bus that states none', () => {
    expect(translate(0xc0001000n, node('/soc'), 'dma-ranges')).toEqual({ address: 0x1000n });
    expect(translate(0xc0001000n, node('/soc/open@300'), 'dma-ranges')).toEqual({ address: 0x1000n });
    expect(translate(0x1000n, node('/soc'), 'dma-ranges').address).toBeUndefined();
  });

  it('of a PCI bus have a cell of flags before them', () => {
    expect(translate(0x40000010n, node('/pcie@1000'))).toEqual({ address: 0x60000010n });
  });
});

describe('status', () => {
  it('of a node above counts for those below', () => {
    expect(isEnabled(node('/soc/uart@100/port'))).toBe(false);
    expect(isEnabled(node('/soc/video@400'))).toBe(true);
  });
});
