import { MAP_PRIVATE, MAP_SHARED, PROT_READ, PROT_WRITE } from '../../../emulator/linux/uapi/mman.ts';
import type { Probe } from '../probe.ts';

/** Private mappings of a whole buffer and of its first page, for buffers of several sizes. */
export function privateSizeCases(probe: Probe): void {
  const { libc, pageSize: page } = probe;
  for (const size of [1, 2, 16, 17, 256, 512].map((pages) => pages * page)) {
    for (const prot of [PROT_READ, PROT_READ | PROT_WRITE]) {
      for (const len of [size, page]) {
        const fd = probe.alloc(size);
        if (fd < 0) continue;
        const map = libc.mmap(len, prot, MAP_PRIVATE, fd);
        const row = probe.row('mmap_private_size', map === undefined ? -1 : 0, { size, len, prot });
        if (map !== undefined) {
          row.add({ read: libc.touch(map, false), write: libc.touch(map, true) });
          const shared = libc.mmap(page, PROT_READ, MAP_SHARED, fd) ?? 0;
          row.add({ shared_sees: libc.byte(shared), private_sees: libc.byte(map) });
          libc.munmap(shared, page);
          libc.munmap(map, len);
        }
        row.done();
        libc.close(fd);
      }
    }
  }
}
