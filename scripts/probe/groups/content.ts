import { MAP_SHARED, PROT_READ, PROT_WRITE } from '../../../emulator/linux/uapi/mman.ts';
import type { Probe } from '../probe.ts';

const fillByte = 0xaa;

/** What a buffer holds at first, who sees it, and until when. */
export function contentCases(probe: Probe): void {
  const { libc } = probe;
  const { memory } = libc.process;
  for (const size of [probe.pageSize, 64 * 1024, 1 << 20, 2 << 20]) {
    for (const round of [0, 1]) {
      const fd = probe.alloc(size);
      if (fd < 0) continue;
      const map = libc.mmap(size, PROT_READ | PROT_WRITE, MAP_SHARED, fd) ?? 0;
      const nonzero = memory.read(map, size).reduce((count, byte) => count + (byte === 0 ? 0 : 1), 0);
      const row = probe.row('content_zeroed', 0, { size, round });
      row.add({ nonzero_bytes: nonzero, pfn: probe.pfnAt(map) });
      memory.fill(map, size, fillByte);
      const second = libc.mmap(size, PROT_READ, MAP_SHARED, fd) ?? 0;
      const seen = libc.byte(second + size - 1);
      libc.byte(second);
      row.add({ second_mapping_sees: seen, same_pfn: probe.pfnAt(second) === probe.pfnAt(map) ? 1 : 0 });
      libc.munmap(second, size);
      const open = probe.areaFigure('used') ?? 0;
      libc.close(fd);
      row.add({ after_close_still: libc.byte(map + size / 2) });
      const closed = probe.areaFigure('used') ?? 0;
      libc.munmap(map, size);
      if (probe.isCma) {
        const unmapped = probe.areaFigure('used') ?? 0;
        row.add({ used_open: open, used_closed_mapped: closed, used_unmapped: unmapped });
      }
      row.done();
    }
  }
}
