import type { Kernel } from '../../init/kernel.ts';
import { memoryKiB } from '../../mm/vm-counters.ts';
import { configured } from './row-names.ts';

/**
 * /proc/meminfo. Plays fs/proc/meminfo.c and hugetlb_report_meminfo() of mm/hugetlb.c.
 * Deviations: memory that is not modelled (slab, page tables, caches) counts 0; no huge pages are set aside.
 */
export function showMeminfo(kernel: Kernel): string {
  const known = memoryKiB(kernel);
  const values: Readonly<Record<string, number>> = {
    ...known,
    CommitLimit: Math.floor((known.MemTotal ?? 0) / 2),
    VmallocTotal: kernel.release.behaviours.vmallocTotalKiB,
  };
  const rows = configured(kernel.release.behaviours.meminfoRows, kernel.config).map(
    (name) => `${`${name}:`.padEnd(16)}${String(values[name] ?? 0).padStart(8)} kB\n`,
  );
  return rows.join('') + hugePages(kernel);
}

function hugePages({ config }: Kernel): string {
  const { hugetlb, pageShift } = config.facts;
  if (!hugetlb) return '';
  const counts = ['Total', 'Free', 'Rsvd', 'Surp'].map(
    (what) => `${`HugePages_${what}:`.padEnd(19)}${'0'.padStart(5)}\n`,
  );
  const sizeKiB = 2 ** (2 * pageShift - 3) / 1024;
  const sizes = [
    `${'Hugepagesize:'.padEnd(16)}${String(sizeKiB).padStart(8)} kB\n`,
    `${'Hugetlb:'.padEnd(16)}${'0'.padStart(8)} kB\n`,
  ];
  return [...counts, ...sizes].join('');
}
