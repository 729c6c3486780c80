import { DmaBufFile } from '../../linux/drivers/dma-buf/dma-buf.ts';
import { userMemory } from '../../linux/syscalls.ts';
import {
  MADV_DODUMP,
  MADV_DOFORK,
  MADV_DONTDUMP,
  MADV_DONTFORK,
  MADV_DONTNEED,
  MADV_POPULATE_READ,
  MADV_REMOVE,
  MADV_WIPEONFORK,
  MAP_ANONYMOUS,
  MAP_FIXED,
  MAP_POPULATE,
  MAP_PRIVATE,
  MAP_SHARED,
  MREMAP_DONTUNMAP,
  MREMAP_MAYMOVE,
} from '../../linux/uapi/mman.ts';
import { descriptor, type Move, mapping, pick } from './move.ts';

const page = 4096;
const protections = [3, 1, 3, 0, 2, 5];
const advices = [
  MADV_DONTNEED,
  MADV_REMOVE,
  MADV_DONTFORK,
  MADV_DOFORK,
  MADV_DONTDUMP,
  MADV_DODUMP,
  MADV_POPULATE_READ,
  MADV_WIPEONFORK,
];

/** Calls on mappings, and accesses of what they show. */
export const memoryMoves: readonly Move[] = [
  {
    name: 'map a file',
    weight: 14,
    play: (world, task, [fd, pages, how]) => {
      const file = descriptor(task, fd, (one) => how % 4 === 0 || one instanceof DmaBufFile);
      const flags = (how % 5 === 0 ? MAP_PRIVATE : MAP_SHARED) | (how % 11 === 0 ? MAP_POPULATE : 0);
      const offset = (how % 3 === 0 ? pages % 3 : 0) * page;
      world.call(task, 'mmap', 0, (1 + (pages % 6)) * page, pick(protections, how) ?? 3, flags, file, offset);
    },
  },
  {
    name: 'map over a mapping',
    weight: 2,
    play: (world, task, [area, fd, pages]) => {
      const at = mapping(task, area)?.start;
      if (at === undefined) return;
      const isAnonymous = fd % 2 === 0;
      const flags = MAP_FIXED | (isAnonymous ? MAP_ANONYMOUS | MAP_PRIVATE : MAP_SHARED);
      world.call(
        task,
        'mmap',
        at,
        (1 + (pages % 3)) * page,
        3,
        flags,
        isAnonymous ? -1 : descriptor(task, fd),
        0,
      );
    },
  },
  {
    name: 'map anonymous memory',
    weight: 2,
    play: (world, task, [pages, shared]) => {
      const flags = MAP_ANONYMOUS | (shared % 3 === 0 ? MAP_SHARED : MAP_PRIVATE);
      const at = world.call(task, 'mmap', 0, (1 + (pages % 4)) * page, 3, flags, -1, 0);
      if (at > 0) userMemory.write(world.kernel, task, at, Uint8Array.of(pages % 256));
    },
  },
  {
    name: 'unmap',
    weight: 13,
    play: (world, task, [area, from, pages]) => {
      const at = mapping(task, area);
      if (at === undefined) return;
      const length = from % 3 === 0 ? (1 + (pages % 3)) * page : at.end - at.start;
      world.call(task, 'munmap', at.start + (from % 3 === 0 ? (pages % 2) * page : 0), length);
    },
  },
  {
    name: 'protect',
    weight: 3,
    play: (world, task, [area, pages, how]) => {
      const at = mapping(task, area);
      if (at !== undefined)
        world.call(task, 'mprotect', at.start, (1 + (pages % 3)) * page, pick(protections, how) ?? 1);
    },
  },
  {
    name: 'remap',
    weight: 4,
    play: (world, task, [area, pages, how]) => {
      const at = mapping(task, area);
      if (at === undefined) return;
      const old = how % 5 === 0 ? 0 : at.end - at.start;
      const flags = (how % 4 === 0 ? 0 : MREMAP_MAYMOVE) | (how % 9 === 0 ? MREMAP_DONTUNMAP : 0);
      world.call(task, 'mremap', at.start, old, (1 + (pages % 8)) * page, flags, 0);
    },
  },
  {
    name: 'advise',
    weight: 3,
    play: (world, task, [area, pages, advice]) => {
      const at = mapping(task, area);
      if (at !== undefined)
        world.call(task, 'madvise', at.start, (1 + (pages % 3)) * page, pick(advices, advice) ?? 4);
    },
  },
  {
    name: 'touch',
    weight: 10,
    play: (world, task, [area, at, how]) => {
      const found = mapping(task, area);
      if (found === undefined) return;
      const address = found.start + (at % (found.end - found.start));
      if (how % 2 === 0) userMemory.read(world.kernel, task, address, new Uint8Array(1));
      else userMemory.write(world.kernel, task, address, Uint8Array.of(how % 256));
    },
  },
];
