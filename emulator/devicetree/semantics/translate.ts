import type { PhysicalRange } from '../../base/range.ts';
import type { DtNode } from '../tree.ts';
import { cellsBelow, registersOf } from './cells.ts';

/** One line of `ranges` or `dma-ranges`: addresses below a bus, and where they are on the bus above. */
export interface Window {
  readonly below: bigint;
  readonly above: bigint;
  readonly sizeBytes: bigint;
}

/** An address on the processor's bus, or the bus that does not let it through and why. */
export type Translated =
  | { readonly address: bigint }
  | { readonly address: undefined; readonly bus: DtNode; readonly problem: string };

const pciTypes = new Set(['pci', 'pciex', 'vci', 'ht']);

/** PCI addresses begin with a cell of flags, which is no part of the number. */
function isPci(bus: DtNode): boolean {
  return pciTypes.has(bus.property('device_type')?.string ?? '') || bus.baseName === 'pcie';
}

/** The windows that a bus states; undefined where the property is missing, empty where everything maps to itself. */
export function windowsOf(bus: DtNode, property: 'ranges' | 'dma-ranges'): readonly Window[] | undefined {
  const stated = bus.property(property);
  if (stated === undefined) return undefined;
  const below = cellsBelow(bus);
  const above = bus.parent === undefined ? below.address : cellsBelow(bus.parent).address;
  const flags = isPci(bus) ? 1 : 0;
  const width = below.address + above + below.size;
  if (width === 0) return [];
  return Array.from({ length: Math.floor(stated.bytes.length / 4 / width) }, (_, index) => ({
    below: stated.number(index * width + flags, below.address - flags) ?? 0n,
    above: stated.number(index * width + below.address, above) ?? 0n,
    sizeBytes: stated.number(index * width + below.address + above, below.size) ?? 0n,
  }));
}

/**
 * Takes an address below a bus up to the processor's (`ranges`), or an address that a bus master uses to where memory is
 * (`dma-ranges`). A bus without `ranges` lets nothing through; one without `dma-ranges` lets everything through as it
 * is. Plays __of_translate_address() of drivers/of/address.c; windows of a PCI bus are told apart by address alone.
 */
export function translate(
  address: bigint,
  bus: DtNode,
  property: 'ranges' | 'dma-ranges' = 'ranges',
): Translated {
  let at = address;
  for (let node = bus; node.parent !== undefined; node = node.parent) {
    const windows = windowsOf(node, property);
    if (windows === undefined && property === 'ranges') {
      return { address: undefined, bus: node, problem: `${node.path} has no ranges` };
    }
    if (windows === undefined || windows.length === 0) continue;
    const window = windows.find(({ below, sizeBytes }) => below <= at && at < below + sizeBytes);
    if (window === undefined) {
      const problem = `0x${at.toString(16)} is in no window of ${node.path}'s ${property}`;
      return { address: undefined, bus: node, problem };
    }
    at = at - window.below + window.above;
  }
  return { address: at };
}

/** A device's registers as the processor sees them; undefined for those that no bus lets through. */
export function physicalRegisters(node: DtNode): readonly (PhysicalRange | undefined)[] {
  const bus = node.parent;
  if (bus === undefined) return [];
  return registersOf(node).map(({ baseBytes, sizeBytes }) => {
    const { address } = translate(baseBytes, bus);
    return address === undefined ? undefined : { baseBytes: address, sizeBytes };
  });
}
