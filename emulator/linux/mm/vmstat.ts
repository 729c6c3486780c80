import { configured } from '../fs/proc/row-names.ts';
import type { Kernel } from '../init/kernel.ts';
import { memoryPfnRanges } from './mm-init.ts';
import { pageGeometry } from './page-geometry.ts';
import { memoryCounters } from './vm-counters.ts';
import { lowmemReserves, minFreeKiB, type Watermarks, watermarksOf } from './watermarks.ts';
import type { Zone, ZoneName } from './zone.ts';

/**
 * /proc/vmstat, /proc/buddyinfo and /proc/zoneinfo. Plays mm/vmstat.c.
 * Deviations: what is not modelled counts 0; no per-CPU lists, whose pages are free pages here.
 */

/** Counters that are modelled, by their names in /proc/vmstat. */
function counterValues(kernel: Kernel): Readonly<Record<string, number>> {
  const { freePages, cmaFreePages, anonymousPages } = memoryCounters(kernel);
  const { pages, cma, config, release } = kernel;
  const { pageblockOrder } = pageGeometry(release, config);
  return {
    nr_free_pages: freePages,
    nr_free_pages_blocks: pages.zones.reduce((sum, zone) => sum + wholeBlocks(zone, pageblockOrder), 0),
    nr_free_cma: cmaFreePages,
    nr_zone_inactive_anon: anonymousPages,
    nr_inactive_anon: anonymousPages,
    nr_anon_pages: anonymousPages,
    cma_alloc_success: cma.successCalls,
    cma_alloc_fail: cma.failureCalls,
  };
}

/** Pages in free blocks of a pageblock or more. */
function wholeBlocks(zone: Zone, pageblockOrder: number): number {
  return zone.freeBlocks.reduce(
    (sum, count, order) => sum + (order >= pageblockOrder ? count * 2 ** order : 0),
    0,
  );
}

/** vmstat_show() */
export function showVmstat(kernel: Kernel): string {
  const { zone, numa, node, global, events } = kernel.release.behaviours.vmCounters;
  const names = configured([...zone, ...numa, ...node, ...global, ...events], kernel.config);
  const values = counterValues(kernel);
  return names.map((name) => `${name} ${values[name] ?? 0}\n`).join('');
}

/** frag_show() */
export function showBuddyinfo({ pages }: Kernel): string {
  return pages.zones
    .map(({ name, freeBlocks }) => {
      const counts = freeBlocks.map((count) => `${String(count).padStart(6)} `).join('');
      return `Node 0, zone ${name.padStart(8)} ${counts}\n`;
    })
    .join('');
}

/** The zones that a configuration has, lowest first. */
function zoneNames({ config }: Kernel): readonly (ZoneName | 'Movable')[] {
  const { zoneDma, zoneDma32, highmem } = config.facts;
  const low: readonly (ZoneName | false)[] = [
    zoneDma && 'DMA',
    zoneDma32 && 'DMA32',
    'Normal',
    highmem && 'HighMem',
  ];
  return [...low.filter((name) => name !== false), 'Movable'];
}

/** zoneinfo_show() */
export function showZoneinfo(kernel: Kernel): string {
  const names = zoneNames(kernel);
  const first = names.findIndex((name) => zoneNamed(kernel, name) !== undefined);
  return names
    .map((name, index) => {
      const reserves = lowmemReserves(name, names, kernel.pages);
      const perNode = index === first ? nodeRows(kernel) : '';
      return `Node 0, zone ${name.padStart(8)}${perNode}${zoneRows(kernel, name)}\n        protection: (${reserves.join(', ')})${endOf(kernel, name)}\n`;
    })
    .join('');
}

function zoneNamed({ pages }: Kernel, name: string): Zone | undefined {
  return pages.zones.find((zone) => zone.name === name);
}

function nodeRows(kernel: Kernel): string {
  const values = counterValues(kernel);
  const names = configured(kernel.release.behaviours.vmCounters.node, kernel.config);
  return `\n  per-node stats${names.map((name) => `\n      ${name.padEnd(12)} ${values[name] ?? 0}`).join('')}`;
}

function zoneRows(kernel: Kernel, name: string): string {
  const zone = zoneNamed(kernel, name);
  const values: Readonly<Record<string, number>> = zone === undefined ? {} : valuesOf(zone, kernel);
  return kernel.release.behaviours.zoneinfoRows
    .map((row) =>
      row === 'free'
        ? `\n  pages free     ${values.free ?? 0}`
        : `\n        ${row.padEnd(8)} ${values[row] ?? 0}`,
    )
    .join('');
}

function valuesOf(zone: Zone, kernel: Kernel): Readonly<Record<string, number>> & Watermarks {
  const { pages, config, release, pageSizeBytes } = kernel;
  const minKiB = minFreeKiB(pages, config, pageGeometry(release, config));
  return {
    free: zone.freePages,
    ...watermarksOf(zone, pages, minKiB, pageSizeBytes),
    spanned: zone.endPfn - zone.startPfn,
    present: presentIn(zone, kernel),
    managed: zone.managedPages,
    cma: zone.cmaPages,
  };
}

function presentIn({ startPfn, endPfn }: Zone, kernel: Kernel): number {
  return memoryPfnRanges(kernel, kernel.memblock).reduce(
    (sum, [from, to]) => sum + Math.max(0, Math.min(to, endPfn) - Math.max(from, startPfn)),
    0,
  );
}

/** What only a zone with pages has. */
function endOf(kernel: Kernel, name: string): string {
  const zone = zoneNamed(kernel, name);
  if (zone === undefined) return '';
  const { zone: zoneItems, numa } = kernel.release.behaviours.vmCounters;
  const values: Readonly<Record<string, number>> = {
    nr_free_pages: zone.freePages,
    nr_free_cma: zone.freeCmaPages,
  };
  const counters = configured([...zoneItems, ...numa], kernel.config).map(
    (item) => `\n      ${item.padEnd(12)} ${values[item] ?? 0}`,
  );
  return `${counters.join('')}\n  pagesets\n  node_unreclaimable:  0\n  start_pfn:           ${zone.startPfn}`;
}
