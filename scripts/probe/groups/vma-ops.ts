import { DMA_BUF_SET_NAME } from '../../../emulator/linux/uapi/dma-buf.ts';
import * as mman from '../../../emulator/linux/uapi/mman.ts';
import type { Probe } from '../probe.ts';

const readWrite = mman.PROT_READ | mman.PROT_WRITE;
const fillByte = 0x11;

/** The line of a mapping in a file like /proc/self/maps, from its rights on; for smaps up to its flags. */
export function mappingText(probe: Probe, file: 'maps' | 'smaps', map: number): string | undefined {
  const text = probe.libc.slurp(`/proc/self/${file}`) ?? '';
  const start = text.indexOf(`${map.toString(16)}-`);
  if (start < 0) return undefined;
  const last = file === 'smaps' ? text.indexOf('VmFlags', start) : start;
  const end = last < 0 ? -1 : text.indexOf('\n', last);
  const entry = end < 0 ? text.slice(start) : text.slice(start, end);
  return entry.slice(entry.indexOf(' '));
}

/** What the process can read about a mapping. */
export function vmaTexts(probe: Probe, fd: number, size: number): void {
  const { libc } = probe;
  for (const file of ['maps', 'smaps'] as const) {
    const map = libc.mmap(size, readWrite, mman.MAP_SHARED, fd) ?? 0;
    libc.withText('vmaname', (name) => libc.ioctl(fd, DMA_BUF_SET_NAME, name));
    libc.touch(map, true);
    const text = mappingText(probe, file, map);
    probe.report(file, text === undefined ? -1 : 0, {}, text === undefined ? {} : { text });
    libc.munmap(map, size);
  }
}

const advices: readonly (readonly [string, number])[] = [
  ['NORMAL', mman.MADV_NORMAL],
  ['RANDOM', mman.MADV_RANDOM],
  ['WILLNEED', mman.MADV_WILLNEED],
  ['DONTNEED', mman.MADV_DONTNEED],
  ['FREE', mman.MADV_FREE],
  ['REMOVE', mman.MADV_REMOVE],
  ['DONTFORK', mman.MADV_DONTFORK],
  ['DOFORK', mman.MADV_DOFORK],
  ['MERGEABLE', mman.MADV_MERGEABLE],
  ['HUGEPAGE', mman.MADV_HUGEPAGE],
  ['DONTDUMP', mman.MADV_DONTDUMP],
  ['DODUMP', mman.MADV_DODUMP],
  ['WIPEONFORK', mman.MADV_WIPEONFORK],
  ['COLD', mman.MADV_COLD],
  ['PAGEOUT', mman.MADV_PAGEOUT],
  ['POPULATE_READ', mman.MADV_POPULATE_READ],
  ['POPULATE_WRITE', mman.MADV_POPULATE_WRITE],
];

/** Calls on a mapping as a whole: advice, locking, protection. */
export function vmaCases(probe: Probe, fd: number, readOnlyFd: number, size: number): void {
  const { libc } = probe;
  const { memory } = libc.process;
  const filled = () => {
    const map = libc.mmap(size, readWrite, mman.MAP_SHARED, fd) ?? 0;
    memory.fill(map, size, fillByte);
    return map;
  };
  const report = (op: string, ret: number) => probe.report('vma_op', ret, { op });
  let map = filled();
  const pages = new Uint8Array(8);
  report(
    'mincore',
    libc.withBytes(pages, (address) => libc.call('mincore', map, size, address)),
  );
  report('msync(MS_SYNC)', libc.call('msync', map, size, mman.MS_SYNC));
  report('msync(MS_INVALIDATE)', libc.call('msync', map, size, mman.MS_INVALIDATE));
  report('mlock', libc.call('mlock', map, size));
  report('munlock', libc.call('munlock', map, size));
  for (const [name, advice] of advices) {
    const row = probe.row('vma_op', libc.call('madvise', map, size, advice), { op: `madvise(${name})` });
    const after = libc.touch(map, false);
    row.add({ after });
    if (after === 'ok') row.add({ content: libc.byte(map + 100) });
    row.done();
    if (after === 'ok') continue;
    libc.munmap(map, size);
    map = filled();
  }
  const protect = (op: string, prot: number) => report(op, libc.call('mprotect', map, size, prot));
  protect('mprotect(READ)', mman.PROT_READ);
  protect('mprotect(READ|WRITE)', readWrite);
  protect('mprotect(READ|EXEC)', mman.PROT_READ | mman.PROT_EXEC);
  protect('mprotect(NONE)', mman.PROT_NONE);
  protect('mprotect(READ|WRITE) back', readWrite);
  if (readOnlyFd >= 0) {
    const readOnly = libc.mmap(size, mman.PROT_READ, mman.MAP_SHARED, readOnlyFd) ?? 0;
    report('mprotect(READ|WRITE) on O_RDONLY fd mapping', libc.call('mprotect', readOnly, size, readWrite));
    libc.munmap(readOnly, size);
  }
  libc.munmap(map, size);
}
