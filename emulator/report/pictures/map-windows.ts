import type { MapItem, MemoryMap } from './memory-map.ts';

/** Neighbours that are enlarged together. */
export interface MapWindow {
  readonly start: number;
  readonly end: number;
  readonly items: readonly MapItem[];
  /** On the picture, enough for a label beside each item. */
  readonly height: number;
}

/** The smallest part of its window's height that an item may take and still be seen. */
const leastShare = 1 / 40;
/** How much of a window may be empty between two items. */
const mostHole = 1 / 3;

/**
 * Groups the items of a map, by address: neighbours share a window as long as each can be seen in it and no hole takes
 * most of it. So a window holds things of like size, and what is much smaller than its neighbours gets one of its own.
 */
export function windowsOf({ items }: MemoryMap, labelHeight: number, gap: number): readonly MapWindow[] {
  const sorted = [...items].sort((one, other) => one.base - other.base || other.size - one.size);
  const groups: MapItem[][] = [];
  for (const item of sorted) {
    const last = groups.at(-1);
    if (last !== undefined && (overlapsAny(last, item) || fitTogether([...last, item]))) last.push(item);
    else groups.push([item]);
  }
  return groups.map((group) => {
    const { start, end } = extent(group);
    return { start, end, items: group, height: Math.max(labelHeight * group.length, labelHeight + gap) };
  });
}

function extent(group: readonly MapItem[]): { readonly start: number; readonly end: number } {
  return {
    start: Math.min(...group.map(({ base }) => base)),
    end: Math.max(...group.map(({ base, size }) => base + size)),
  };
}

function overlapsAny(group: readonly MapItem[], item: MapItem): boolean {
  return group.some(({ base, size }) => base < item.base + item.size && item.base < base + size);
}

function fitTogether(group: readonly MapItem[]): boolean {
  const { start, end } = extent(group);
  const whole = end - start;
  let reached = start;
  for (const { base, size } of group) {
    if (size < whole * leastShare || base - reached > whole * mostHole) return false;
    reached = Math.max(reached, base + size);
  }
  return true;
}
