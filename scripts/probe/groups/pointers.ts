import {
  DMA_HEAP_IOCTL_ALLOC,
  decodeAllocationData,
  encodeAllocationData,
} from '../../../emulator/linux/uapi/dma-heap.ts';
import { O_RDWR } from '../../../emulator/linux/uapi/fcntl.ts';
import {
  MAP_ANONYMOUS,
  MAP_PRIVATE,
  PROT_NONE,
  PROT_READ,
  PROT_WRITE,
} from '../../../emulator/linux/uapi/mman.ts';
import { exactly } from '../../records/parse.ts';
import type { Probe } from '../probe.ts';

const readWrite = PROT_READ | PROT_WRITE;

/** Good and bad places for ALLOC's argument. */
export function pointerCases(probe: Probe): void {
  const { libc, pageSize: page } = probe;
  const { memory } = libc.process;
  const start = libc.mmap(4 * page, readWrite, MAP_PRIVATE | MAP_ANONYMOUS, -1) ?? 0;
  const good = encodeAllocationData({ length: BigInt(page), fdFlags: O_RDWR });
  const invalid = encodeAllocationData({ length: 0n, fdFlags: 0 });
  libc.munmap(start + 3 * page, page);
  const places: readonly (readonly [string, number | bigint])[] = [
    ['null', 0],
    ['unmapped', start + 3 * page],
    ['straddle_unmapped', start + 3 * page - 16],
    ['prot_none', start + 2 * page],
    ['read_only', start + page],
    ['read_only_invalid_args', start + page + 64],
    ['straddle_rw_ro', start + page - 4],
    ['straddle_rw_ro_fd_writable', start + page - 12],
    ['kernel', 0xffff000000000000n],
    ['minus1', 0xffffffffffffffffn],
    ['unaligned', start + 1],
    ['tagged_0x5a', BigInt(start + 128) | (0x5an << 56n)],
  ];
  for (const [name, place] of places) {
    libc.call('mprotect', start, 3 * page, readWrite);
    memory.write(start + 3 * page - 16, good.subarray(0, 16));
    memory.write(start + page, good);
    memory.write(start + page + 64, invalid);
    if (name.startsWith('straddle_rw')) memory.write(place, good);
    if (name === 'unaligned') memory.write(start + 1, good);
    if (name === 'tagged_0x5a') memory.write(start + 128, good);
    libc.call('mprotect', start + page, page, PROT_READ);
    if (name === 'prot_none') {
      memory.write(start + 2 * page, good);
      libc.call('mprotect', start + 2 * page, page, PROT_NONE);
    }
    const before = probe.descriptors();
    const used = probe.areaFigure('used') ?? 0;
    const ret = libc.ioctl(probe.heapFd, DMA_HEAP_IOCTL_ALLOC, place);
    const row = probe.row('heap_ioctl_pointer', ret, { pointer: name }).add(probe.newDescriptors(before));
    if (probe.isCma) row.add({ cma_used_leak: (probe.areaFigure('used') ?? 0) - used });
    if (name.startsWith('straddle_rw')) {
      const after = decodeAllocationData(memory.read(place, 24));
      row.add({ struct_after: { len: exactly(after.length), fd_nonzero: after.fd === 0 ? 0 : 1 } });
    }
    row.done();
    libc.call('mprotect', start + 2 * page, page, readWrite);
  }
  libc.munmap(start, 3 * page);
  probe.report('heap_ioctl_badfd', libc.ioctl(9999, DMA_HEAP_IOCTL_ALLOC, good.slice()), {});
  const devNull = libc.open('/dev/null', O_RDWR);
  probe.report('heap_ioctl_on_devnull', libc.ioctl(devNull, DMA_HEAP_IOCTL_ALLOC, good.slice()), {});
  libc.close(devNull);
}
