import { formatRange } from '../../../../base/range.ts';
import { useOfEfiMemory } from '../../../../machine/efi-memory-map.ts';
import type { BootEnvironment } from '../../../init/kernel.ts';
import type { Memblock } from '../../../mm/memblock.ts';

/**
 * efi_init() as far as memory goes: the tree's memory is forgotten, and the rows of the EFI memory map take its place.
 * Plays reserve_regions() of drivers/firmware/efi/efi-init.c.
 * Deviations: the map itself, the runtime tables and soft-reserved memory are left out.
 */
export function initEfiMemory(boot: BootEnvironment, memblock: Memblock): void {
  const rows = boot.handoff.efiMemoryMap;
  if (rows === undefined) return;
  for (const region of [...memblock.memory.regions]) memblock.remove(region.base, region.end - region.base);
  for (const row of rows) {
    const use = useOfEfiMemory(row.type);
    if (use === 'device') continue;
    memblock.add(row.baseBytes, row.sizeBytes);
    if (use !== 'no-map') continue;
    memblock.markNoMap(row.baseBytes, row.sizeBytes, { owner: `EFI ${row.type} memory` });
    boot.decisions.note({
      subject: 'memory',
      rule: 'efi/not-usable',
      outcome: `${formatRange(row)} is EFI ${row.type} memory: it stays out of the kernel's own map`,
      evidence: 'read',
    });
  }
}
