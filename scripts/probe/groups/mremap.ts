import { MAP_ANONYMOUS, MAP_PRIVATE, MAP_SHARED } from '../../../emulator/linux/uapi/mman.ts';
import type { Probe } from '../probe.ts';

interface Variant {
  readonly name: string;
  readonly oldPages: number;
  readonly newPages: number;
  readonly flags: number;
  /** Whether the place it moves to is mapped by something else before. */
  readonly fixed?: boolean;
}

const variants: readonly Variant[] = [
  { name: 'same size', oldPages: 4, newPages: 4, flags: 0 },
  { name: 'grow 4->8 MAYMOVE', oldPages: 4, newPages: 8, flags: 1 },
  { name: 'grow 4->8 in place', oldPages: 4, newPages: 8, flags: 0 },
  { name: 'grow 4->5 in place', oldPages: 4, newPages: 5, flags: 0 },
  { name: 'dup old_len 0 MAYMOVE', oldPages: 0, newPages: 4, flags: 1 },
  { name: 'dup old_len 0 new 8 MAYMOVE', oldPages: 0, newPages: 8, flags: 1 },
  { name: 'DONTUNMAP|MAYMOVE', oldPages: 4, newPages: 4, flags: 5 },
  { name: 'MAYMOVE|FIXED', oldPages: 4, newPages: 4, flags: 3, fixed: true },
  { name: 'grow MAYMOVE|FIXED', oldPages: 4, newPages: 8, flags: 3, fixed: true },
  { name: 'shrink 4->1', oldPages: 4, newPages: 1, flags: 0 },
  { name: 'shrink 4->1 MAYMOVE|FIXED', oldPages: 4, newPages: 1, flags: 3, fixed: true },
  { name: 'new_len 0', oldPages: 4, newPages: 0, flags: 1 },
];

/** mremap() of a buffer's mapping: who moves, what the new range shows, and what is left of the old one. */
export function mremapCases(probe: Probe, fd: number, size: number): void {
  for (const variant of variants) tryMremap(probe, fd, size, variant);
}

function tryMremap(probe: Probe, fd: number, size: number, variant: Variant): void {
  const { libc, pageSize: page } = probe;
  const { name, oldPages, newPages, flags, fixed = false } = variant;
  const map = libc.mmap(size, 3, MAP_SHARED, fd) ?? 0;
  libc.process.memory.fill(map, size, 0x11);
  const target = libc.mmap(16 * page, 0, MAP_PRIVATE | MAP_ANONYMOUS, -1) ?? 0;
  if (!fixed) libc.munmap(target, 16 * page);
  const moved = libc.call('mremap', map, oldPages * page, newPages * page, flags, target);
  const args = { variant: name, old_pages: oldPages, new_pages: newPages, flags };
  const row = probe.row('mremap', moved === -1 ? -1 : 0, args);
  if (moved !== -1) {
    const first = libc.touch(moved, false);
    row.add({ moved: moved === map ? 0 : 1, first });
    if (first === 'ok') row.add({ content: libc.byte(moved + page - 1) });
    if (newPages >= 4) row.add({ page3: libc.touch(moved + 3 * page, false) });
    if (newPages > 4) {
      row.add({ page4_beyond_end: libc.touch(moved + 4 * page, false) });
      row.add({ page4_write: libc.touch(moved + 4 * page, true) });
    }
    if (moved !== map) row.add({ old_range: libc.touch(map, false) });
    libc.munmap(moved, Math.max(newPages, 1) * page);
  }
  libc.munmap(map, size);
  row.done();
}
