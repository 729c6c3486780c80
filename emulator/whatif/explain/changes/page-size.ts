import { formatSize } from '../../../base/units.ts';
import type { ChangeKind } from '../failure.ts';

/** With larger pages areas come in larger units: with pages of 4 KiB they are small. */
export const pageSize: ChangeKind = {
  name: 'page-size',
  propose({ pageBytes, areaUnitBytes }) {
    if (pageBytes === 4096n) return [];
    const says = `configure pages of 4 KiB; with pages of ${formatSize(pageBytes)} areas are multiples of ${formatSize(areaUnitBytes)}`;
    return [{ says, change: { kind: 'kconfig', symbol: 'ARM64_4K_PAGES', value: 'y' } }];
  },
};
