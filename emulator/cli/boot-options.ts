import { inputError } from '../base/input-error.ts';
import { type PhysicalRange, parseRange } from '../base/range.ts';
import type { TreeEdit } from '../devicetree/edits/edits.ts';
import { nodeFiles } from '../devicetree/node-files.ts';
import type { RegionExport } from '../linux/init/platform.ts';
import { type ArchitectureName, architectureNames } from '../machine/architecture.ts';
import { type CarveOut, parseCarveOut } from '../machine/carve-out.ts';
import { type EfiMemoryRow, parseEfiLog } from '../machine/efi-memory-map.ts';
import type { BootOptions } from '../whatif/boot-options.ts';
import { parseRegionExport } from '../whatif/policies/check-exports.ts';
import { coherencyOption, readCoherency } from './coherency-option.ts';
import type { OptionTable, OptionValues } from './command.ts';
import { boardCompletions, policyCompletions, releaseCompletions } from './completions.ts';
import { driverOption, readDrivers } from './driver-option.ts';
import { pressureOption, readPressure } from './pressure-option.ts';
import { readUserlandOptions, userlandOptionTable } from './userland-options.ts';

const tree = 'The devicetree and the board';
const firmware = 'What the boot loader does';
const kernel = 'The kernel';

/** The options of every command that reads a tree. */
export const treeOptionTable = {
  board: {
    takes: 'value',
    placeholder: 'NAME',
    group: tree,
    describe:
      "the board whose profile holds for a file (RAM, bootargs, release); 'heapboard boards' lists them",
    complete: boardCompletions,
  },
  overlay: {
    takes: 'values',
    placeholder: 'FILE',
    group: tree,
    describe: 'a .dtbo or .dtso to apply, in order',
  },
  include: {
    takes: 'values',
    letter: 'I',
    placeholder: 'FOLDER',
    group: tree,
    describe: 'a folder for #include and /include/, before those of the kernel tree around the file',
  },
  delete: {
    takes: 'values',
    placeholder: 'NODE[:PROP]',
    group: tree,
    describe: 'a node or property to take away',
  },
  'add-region': {
    takes: 'values',
    placeholder: 'NAME,size=…',
    group: tree,
    describe: "a region to add after that, for instance 'pool,size=64M,reusable,default'",
  },
  set: {
    takes: 'values',
    placeholder: 'NODE:PROP=VALUE',
    group: tree,
    describe: 'a property to set after that, for instance /reserved-memory/linux,cma:size=256M',
  },
} as const satisfies OptionTable;

/** The options of every command that boots something. */
export const bootOptionTable = {
  ...treeOptionTable,
  memory: {
    takes: 'values',
    placeholder: 'BASE+SIZE',
    group: firmware,
    describe: 'a bank of RAM; those given replace all memory nodes',
  },
  carveout: {
    takes: 'values',
    placeholder: 'BASE+SIZE[:NAME]',
    group: firmware,
    describe: 'RAM that the firmware keeps, for instance 0x3b400000+76M:gpu',
  },
  firmware: {
    takes: 'value',
    placeholder: 'KIND',
    group: firmware,
    describe: 'none boots the tree exactly as it stands; board, as usual, lets the profile fill it in',
    complete: async () => ['none', 'board'],
  },
  'efi-map': {
    takes: 'value',
    placeholder: 'FILE',
    group: firmware,
    describe: "a kernel log with efi=debug: RAM as EFI firmware's memory map states it",
  },
  bootargs: {
    takes: 'value',
    placeholder: 'TEXT',
    group: firmware,
    describe: 'the command line, in place of the one of the board or tree',
  },
  'append-bootargs': {
    takes: 'value',
    placeholder: 'TEXT',
    group: firmware,
    describe: 'added to the command line',
  },
  'kernel-image': {
    takes: 'value',
    placeholder: 'BASE+SIZE',
    group: firmware,
    describe: 'where the kernel lies, text to bss; assumed where not given',
  },
  initrd: {
    takes: 'value',
    placeholder: 'BASE+SIZE',
    group: firmware,
    describe: 'where the initrd lies; none where not given',
  },
  'dtb-at': {
    takes: 'value',
    placeholder: 'BASE+SIZE',
    group: firmware,
    describe: 'where the devicetree blob lies; assumed where not given',
  },
  release: {
    takes: 'value',
    placeholder: 'NAME',
    group: kernel,
    describe: "the kernel release; the board's, or 6.12, where not given",
    complete: releaseCompletions,
  },
  arch: {
    takes: 'value',
    placeholder: 'NAME',
    group: kernel,
    describe: "arm64 or arm; that of the board or the tree's processors where not given",
    complete: async () => architectureNames,
  },
  config: {
    takes: 'value',
    placeholder: 'FILE',
    group: kernel,
    describe:
      "a kernel's .config or config.gz, or reference, defconfig, heap-modules; reference where not given",
  },
  kconfig: {
    takes: 'values',
    placeholder: 'SYMBOL=VALUE',
    group: kernel,
    describe: 'a symbol set over the configuration',
  },
  export: {
    takes: 'value',
    placeholder: 'POLICY',
    group: kernel,
    describe:
      "which areas become heaps: none, explicit, release or all; the release's usual way where not given",
    complete: policyCompletions,
  },
  driver: driverOption,
  coherency: coherencyOption,
  pressure: pressureOption,
  'export-region': {
    takes: 'values',
    placeholder: 'DEVICE[=REGION]',
    group: kernel,
    describe: 'a device whose driver makes a heap of a region; its own memory-region where none is named',
  },
  seed: {
    takes: 'value',
    placeholder: 'NUMBER',
    group: kernel,
    describe: 'for what a real machine leaves to chance; 0 where not given',
  },
  ...userlandOptionTable,
} as const satisfies OptionTable;

/** Reads the boot options of a command line; a value of the wrong form is an InputError that names the option. */
export function readBootOptions(values: OptionValues<typeof bootOptionTable>): BootOptions {
  return {
    ...readTreeOptions(values),
    memory: values.memory.map((text) => readRange('memory', text)),
    carveOuts: values.carveout.map(readCarveOut),
    firmware: readFirmware(values.firmware),
    efiMemoryMap: readEfiMap(values['efi-map']),
    bootargs: values.bootargs,
    appendBootargs: values['append-bootargs'],
    kernelImage: readOptionalRange('kernel-image', values['kernel-image']),
    initrd: readOptionalRange('initrd', values.initrd),
    dtb: readOptionalRange('dtb-at', values['dtb-at']),
    release: values.release,
    arch: readArchitecture(values.arch),
    config: values.config,
    kconfig: values.kconfig,
    exportPolicy: values.export,
    drivers: readDrivers(values.driver),
    coherency: readCoherency(values.coherency),
    pressure: readPressure(values.pressure),
    exports: values['export-region'].map(readRegionExport),
    seed: readSeed(values.seed),
    ...readUserlandOptions(values),
  };
}

/** Reads the options about the tree; its edits come in the order in which they are applied. */
export function readTreeOptions(
  values: OptionValues<typeof treeOptionTable>,
): Pick<BootOptions, 'board' | 'overlays' | 'edits' | 'includePaths'> {
  const edits = [
    ...values.delete.map((text): TreeEdit => ({ kind: 'delete', text })),
    ...values['add-region'].map((text): TreeEdit => ({ kind: 'add-region', text })),
    ...values.set.map((text): TreeEdit => ({ kind: 'set', text })),
  ];
  return { board: values.board, overlays: values.overlay, includePaths: values.include, edits };
}

/** Reads `BASE+SIZE`: a size above 0, and nothing beyond 64 bits. */
function readRange(option: string, value: string): PhysicalRange {
  const range = parseRange(value);
  const expected = 'BASE+SIZE, for instance 0x40000000+1G';
  if (range === undefined) throw inputError('bad-option', { option, value, expected });
  if (range.sizeBytes === 0n) throw inputError('bad-option', { option, value, expected: 'a size above 0' });
  if (range.baseBytes + range.sizeBytes > 1n << 64n)
    throw inputError('bad-option', { option, value, expected: 'a range that ends within 64 bits' });
  return range;
}

function readCarveOut(value: string): CarveOut {
  const parsed = parseCarveOut(value);
  if (parsed !== undefined) return parsed;
  const expected = 'BASE+SIZE[:NAME], for instance 0x3b400000+76M:gpu';
  throw inputError('bad-option', { option: 'carveout', value, expected });
}

function readRegionExport(value: string): RegionExport {
  const parsed = parseRegionExport(value);
  if (parsed !== undefined) return parsed;
  const expected = 'DEVICE[=REGION], for instance /soc/camera@1000=camera-pool';
  throw inputError('bad-option', { option: 'export-region', value, expected });
}

function readFirmware(value: string | undefined): 'none' | 'board' | undefined {
  if (value === undefined || value === 'none' || value === 'board') return value;
  throw inputError('bad-option', { option: 'firmware', value, expected: 'none or board' });
}

function readArchitecture(value: string | undefined): ArchitectureName | undefined {
  const found = architectureNames.find((name) => name === value);
  if (value === undefined || found !== undefined) return found;
  throw inputError('bad-option', { option: 'arch', value, expected: architectureNames.join(' or ') });
}

function readEfiMap(file: string | undefined): readonly EfiMemoryRow[] | undefined {
  return file === undefined ? undefined : parseEfiLog(new TextDecoder().decode(nodeFiles.read(file)), file);
}

function readOptionalRange(option: string, value: string | undefined): PhysicalRange | undefined {
  return value === undefined ? undefined : readRange(option, value);
}

function readSeed(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const seed = Number(value);
  if (/^\d+$/.test(value) && Number.isSafeInteger(seed)) return seed;
  throw inputError('bad-option', { option: 'seed', value, expected: 'a whole number from 0 on' });
}
