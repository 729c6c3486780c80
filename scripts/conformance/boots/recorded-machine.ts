import { findCompiler } from 'dtc-parser/node';
import type { PhysicalRange } from '../../../emulator/base/range.ts';
import { readFdt } from '../../../emulator/devicetree/fdt.ts';
import type { DeviceTree } from '../../../emulator/devicetree/tree.ts';
import type { FirmwareFacts } from '../../../emulator/machine/firmware.ts';
import type { BootRecord, RecordedRun } from '../../records/record.ts';

const compiler = findCompiler();
const compiled = new Map<string, Promise<DeviceTree>>();

/** Random numbers for the kernel, new in every boot: as long as they are, their values decide nothing here. */
const seeds = /^(\t*(?:rng|kaslr)-seed = <)([^>]*)(>;)$/gm;

function withoutSeeds(source: string): string {
  return source.replace(seeds, (_, before: string, cells: string, after: string) => {
    return before + cells.replace(/\S+/g, '0x0') + after;
  });
}

/** The tree of a record, compiled once for all boots that differ in their seeds alone. */
export function treeOf(record: BootRecord): Promise<DeviceTree> {
  if (compiler === undefined)
    throw new Error('the devicetree compiler has not been built; run scripts/setup');
  const source = withoutSeeds(record.tree);
  const known = compiled.get(source);
  if (known !== undefined) return known;
  const tree = compiler
    .compile(source, { file: `${record.name}.dts` })
    .then(({ dtb }) => readFdt(dtb, `${record.name}.dts`));
  compiled.set(source, tree);
  return tree;
}

/** `0x48000000+0xbf600`, the form of records. */
function range(text: string): PhysicalRange {
  const [base = '', size = ''] = text.split('+');
  return { baseBytes: BigInt(base), sizeBytes: BigInt(size) };
}

/** Where the boot loader put things and what it wrote into /chosen, in the terms of the firmware stage. */
export function placementOf(record: BootRecord, run: RecordedRun): FirmwareFacts {
  return {
    bootargs: record.bootargs,
    kernelImage: range(run.kernelImage),
    initrd: range(run.initrd),
    dtb: range(run.dtbAt),
  };
}
