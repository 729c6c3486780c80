import { paddedAddress } from '../../base/units.ts';
import type { ZoneLimits } from '../arch/architecture.ts';
import type { BootEnvironment } from '../init/kernel.ts';
import type { Memblock } from './memblock.ts';
import type { ZoneName } from './zone.ts';

/** A zone as the page allocator will see it: `[startPfn, endPfn)`, empty where both are the same. */
export interface ZoneRange {
  readonly name: ZoneName;
  readonly startPfn: number;
  readonly endPfn: number;
}

/** Lays the zones out and prints them: free_area_init() of mm/mm_init.c (mm/page_alloc.c before 6.4). */
export function initZones(
  boot: BootEnvironment,
  memblock: Memblock,
  limits: ZoneLimits,
): readonly ZoneRange[] {
  const shift = BigInt(boot.config.facts.pageShift);
  const bytes = (pfn: number): bigint => BigInt(pfn) << shift;
  const range = (from: number, to: number): string =>
    `[mem ${paddedAddress(bytes(from))}-${paddedAddress(bytes(to) - 1n)}]`;
  const zones: ZoneRange[] = [];
  let startPfn = Number(memblock.startOfMemory >> shift);
  const { log } = boot;
  log.info('Zone ranges:');
  for (const { name, end } of limits.zones) {
    const endPfn = Math.max(Number(end >> shift), startPfn);
    log.info(`  ${name.padEnd(8)} ${endPfn === startPfn ? 'empty' : range(startPfn, endPfn)}`);
    zones.push({ name, startPfn, endPfn });
    startPfn = endPfn;
  }
  log.info('Movable zone start for each node');
  log.info('Early memory node ranges');
  const nodeRanges = memoryPfnRanges(boot, memblock);
  for (const [from, to] of nodeRanges) log.info(`  node   0: ${range(from, to)}`);
  const first = nodeRanges[0]?.[0] ?? 0;
  const last = nodeRanges.at(-1)?.[1] ?? 0;
  log.info(`Initmem setup node 0 ${range(first, last)}`);
  return zones;
}

/** for_each_mem_pfn_range(): whole pages of each memory range, no-map ones too. */
export function memoryPfnRanges(
  boot: BootEnvironment,
  memblock: Memblock,
): readonly (readonly [from: number, to: number])[] {
  const shift = BigInt(boot.config.facts.pageShift);
  const page = 1n << shift;
  return memblock.memory.regions.flatMap(({ base, end }): (readonly [number, number])[] => {
    const from = Number((base + page - 1n) >> shift);
    const to = Number(end >> shift);
    return from < to ? [[from, to]] : [];
  });
}
