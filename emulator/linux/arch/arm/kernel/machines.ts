import type { DeviceTree } from '../../../../devicetree/tree.ts';

/** Memory that a machine takes for itself, for good: arm_memblock_steal(). */
export interface Theft {
  readonly owner: string;
  readonly sizeBytes: bigint;
  /** Whether it is whole sections of the page tables: 1 MiB, or 2 MiB with LPAE; else it is aligned to its size. */
  readonly isSection: boolean;
}

/** What a machine description of arch arm says about memory: struct machine_desc. */
export interface Machine {
  readonly name: string;
  /** Any of these in the root's compatible chooses it; the first one in the root's order counts. */
  readonly compatible: readonly string[];
  /** How much memory from its beginning every device reaches; all of 32 bits where it is absent. */
  readonly dmaZoneBytes?: bigint;
  /** Whether that holds only where physical addresses have more than 32 bits. */
  readonly onlyWithLpae?: boolean;
  readonly steals?: readonly Theft[];
}

const mib = 1n << 20n;
const gib = 1n << 30n;

/** What all OMAP machines take, in this order. */
const omap: readonly Theft[] = [
  { owner: 'the memory that secure RAM is saved to', sizeBytes: 88n << 10n, isSection: true },
  { owner: 'the memory for interconnect barriers', sizeBytes: mib, isSection: false },
];

/** The descriptions that differ from the generic one. Plays arch/arm/mach-…/ of 6.1. */
const machines: readonly Machine[] = [
  { name: 'BCM2711', compatible: ['brcm,bcm2711'], dmaZoneBytes: gib },
  {
    name: 'Highbank',
    compatible: ['calxeda,highbank', 'calxeda,ecx-2000'],
    dmaZoneBytes: 4n * gib,
    onlyWithLpae: true,
  },
  {
    name: 'Keystone',
    compatible: ['ti,k2hk', 'ti,k2e', 'ti,k2l', 'ti,k2g', 'ti,keystone'],
    dmaZoneBytes: 2n * gib,
    onlyWithLpae: true,
  },
  {
    name: 'ARM RealView',
    compatible: ['eb', 'pb1176', 'pb11mp', 'pba8', 'pbx'].map((board) => `arm,realview-${board}`),
    dmaZoneBytes: 256n * mib,
  },
  {
    name: 'OMAP2 to OMAP4, AM33xx, AM43xx',
    compatible: [
      ...['ti,omap2420', 'ti,omap2430', 'ti,omap3430', 'ti,omap3', 'ti,omap3630', 'ti,omap36xx'],
      ...['ti,omap3-beagle', 'ti,am3517', 'ti,dm8148', 'ti,dm814', 'ti,dm8168', 'ti,dm816', 'ti,am33xx'],
      ...['ti,omap4460', 'ti,omap4430', 'ti,omap4', 'ti,am4372', 'ti,am43', 'nokia,omap3-n900'],
    ],
    steals: omap,
  },
  {
    name: 'OMAP5, DRA7',
    compatible: [
      ...['ti,omap5432', 'ti,omap5430', 'ti,omap5', 'ti,dra762', 'ti,am5728', 'ti,am5726', 'ti,dra742'],
      ...['ti,dra7', 'ti,am5718', 'ti,am5716', 'ti,dra722', 'ti,dra718'],
    ],
    dmaZoneBytes: 2n * gib,
    onlyWithLpae: true,
    steals: omap,
  },
];

const generic: Machine = { name: 'Generic DT based system', compatible: [] };

/** of_flat_dt_match_machine(): the description that fits a tree best. */
export function machineOf(tree: DeviceTree): Machine {
  for (const name of tree.root.compatible) {
    const found = machines.find(({ compatible }) => compatible.includes(name));
    if (found !== undefined) return found;
  }
  return generic;
}
