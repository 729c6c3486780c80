import type { DeviceTree } from '../../../../devicetree/tree.ts';

/** What a machine description of arch arm says about memory: struct machine_desc. */
export interface Machine {
  readonly name: string;
  /** Any of these in the root's compatible chooses it. */
  readonly compatible: readonly string[];
  /** How much memory from its beginning every device reaches; all of 32 bits where it is absent. */
  readonly dmaZoneBytes?: bigint;
  /** Whether that holds only where physical addresses have more than 32 bits. */
  readonly onlyWithLpae?: boolean;
  /** Memory that the machine takes out of the top for itself, for good. */
  readonly stolen?: { readonly sizeBytes: bigint; readonly owner: string };
}

const gib = 1n << 30n;
const mib = 1n << 20n;
const barrier = { sizeBytes: mib, owner: 'the memory for interconnect barriers' };

/** The descriptions that differ from the generic one. Plays arch/arm/mach-…/; inferred. */
const machines: readonly Machine[] = [
  { name: 'BCM2711', compatible: ['brcm,bcm2711'], dmaZoneBytes: gib },
  { name: 'Generic OMAP4', compatible: ['ti,omap4'], stolen: barrier },
  {
    name: 'Generic OMAP5',
    compatible: ['ti,omap5'],
    dmaZoneBytes: 2n * gib,
    onlyWithLpae: true,
    stolen: barrier,
  },
  {
    name: 'Generic DRA7',
    compatible: ['ti,dra74', 'ti,dra72', 'ti,dra7'],
    dmaZoneBytes: 2n * gib,
    onlyWithLpae: true,
    stolen: barrier,
  },
  { name: 'Keystone', compatible: ['ti,keystone'], dmaZoneBytes: 2n * gib },
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
