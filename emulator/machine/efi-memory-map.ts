import { inputError } from '../base/input-error.ts';
import type { PhysicalRange } from '../base/range.ts';

/** What the kernel does with memory of an EFI type: is_memory() and is_usable_memory() of efi-init.c. */
const types = {
  reserved: 'no-map',
  'loader-code': 'usable',
  'loader-data': 'usable',
  'boot-code': 'usable',
  'boot-data': 'usable',
  'runtime-code': 'no-map',
  'runtime-data': 'no-map',
  conventional: 'usable',
  unusable: 'no-map',
  'acpi-reclaim': 'usable',
  'acpi-nvs': 'no-map',
  mmio: 'device',
  'mmio-port': 'device',
  'pal-code': 'no-map',
  persistent: 'usable',
} as const;

export type EfiMemoryType = keyof typeof types;
export const efiMemoryTypes = Object.keys(types) as readonly EfiMemoryType[];

/** A row of the EFI memory map. */
export interface EfiMemoryRow extends PhysicalRange {
  readonly type: EfiMemoryType;
}

/** Whether the kernel uses such memory, keeps it out of the linear map, or does not take it for memory. */
export function useOfEfiMemory(type: EfiMemoryType): 'usable' | 'no-map' | 'device' {
  return types[type];
}

/** The names that `efi=debug` prints, less spaces and case. */
const printed: Readonly<Record<string, EfiMemoryType>> = {
  reserved: 'reserved',
  loadercode: 'loader-code',
  loaderdata: 'loader-data',
  bootcode: 'boot-code',
  bootdata: 'boot-data',
  runtimecode: 'runtime-code',
  runtimedata: 'runtime-data',
  conventionalmemory: 'conventional',
  conventional: 'conventional',
  unusablememory: 'unusable',
  acpireclaimmemory: 'acpi-reclaim',
  acpireclaim: 'acpi-reclaim',
  acpimemorynvs: 'acpi-nvs',
  acpimemnvs: 'acpi-nvs',
  memorymappedio: 'mmio',
  mmio: 'mmio',
  mmioportspace: 'mmio-port',
  mmioport: 'mmio-port',
  palcode: 'pal-code',
  persistentmemory: 'persistent',
  persistent: 'persistent',
};

const row =
  /efi:\s+(?:mem\d+:\s+)?(?:\[mem\s+)?(0x[0-9a-f]+)-(0x[0-9a-f]+)\]?\s+\[?([A-Za-z][A-Za-z /]*?)\s*[|\]]/i;

/** Reads the memory map from the lines that a kernel prints with `efi=debug`; other lines are passed over. */
export function parseEfiLog(text: string, file: string): readonly EfiMemoryRow[] {
  const rows = text.split('\n').flatMap((line, index) => {
    const match = row.exec(line);
    if (match === null) return [];
    const [, first = '0', last = '0', name = ''] = match;
    const type = printed[name.toLowerCase().replace(/[ /]/g, '')];
    if (type === undefined) {
      const problem = `"${name}" is no type of EFI memory`;
      throw inputError('memory-impossible', { problem }, { position: { file, line: index + 1 } });
    }
    const baseBytes = BigInt(first);
    return [{ type, baseBytes, sizeBytes: BigInt(last) + 1n - baseBytes }];
  });
  if (rows.length > 0) return rows;
  throw inputError('memory-impossible', {
    problem: `${file}: holds no line of an EFI memory map, as a kernel prints them with efi=debug`,
  });
}
