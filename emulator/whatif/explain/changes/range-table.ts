import type { ChangeKind } from '../failure.ts';

/** memblock's first table of memory ranges is full; with EFI the kernel has a larger one. */
export const rangeTable: ChangeKind = {
  name: 'range-table',
  propose({ system, decisions }) {
    if (!decisions.some(({ rule }) => rule === 'memory/range-table-full')) return [];
    if (system.environment.config.facts.efi) return [];
    const says = 'configure EFI, with which the kernel has room for 1024 memory ranges from the start';
    return [{ says, change: { kind: 'kconfig', symbol: 'EFI', value: 'y' } }];
  },
};
