import {
  DMA_HEAP_IOCTL_ALLOC,
  decodeAllocationData,
  encodeAllocationData,
} from '../../../emulator/linux/uapi/dma-heap.ts';
import {
  F_GETFD,
  F_GETFL,
  O_APPEND,
  O_CLOEXEC,
  O_RDWR,
  SEEK_END,
} from '../../../emulator/linux/uapi/fcntl.ts';
import { exactly } from '../../records/parse.ts';
import type { Fields, Probe } from '../probe.ts';

interface Request {
  readonly len: bigint;
  readonly fd?: number;
  readonly fdFlags?: number;
  readonly heapFlags?: bigint;
}

function bufferFields({ libc }: Probe, fd: number): Fields {
  const status = libc.process.fstat(fd);
  return {
    st_size: status.sizeBytes,
    st_mode: status.mode.toString(8),
    st_blocks: status.blocks,
    st_blksize: status.blockSizeBytes,
    st_nlink: status.links,
    st_uid: status.uid,
    getfl: libc.fcntl(fd, F_GETFL),
    getfd: libc.fcntl(fd, F_GETFD),
    lseek_end: libc.call('lseek', fd, 0, SEEK_END),
  };
}

/** One ALLOC and all that can be seen of it. */
export function tryAlloc(probe: Probe, name: string, request: Request, detail: boolean): void {
  const { libc } = probe;
  const { len, fd = 0, fdFlags = 0, heapFlags = 0n } = request;
  const argument = encodeAllocationData({ length: len, fd, fdFlags, heapFlags });
  const before = probe.descriptors();
  const used = probe.isCma ? (probe.areaFigure('used') ?? 0) : 0;
  const ret = libc.ioctl(probe.heapFd, DMA_HEAP_IOCTL_ALLOC, argument);
  const after = decodeAllocationData(argument);
  const asked = { len: exactly(len), fd: fd | 0, fd_flags: fdFlags, heap_flags: exactly(heapFlags) };
  const row = probe.row(name, ret, asked);
  const changed = after.fd !== fd >>> 0;
  row.add({
    out: {
      len: exactly(after.length),
      fd_is_new: ret === 0 && changed ? 1 : 0,
      fd_flags: after.fdFlags >>> 0,
      heap_flags: exactly(after.heapFlags),
    },
  });
  if (ret < 0 && changed) row.add({ fd_written_on_error: after.fd | 0 });
  if (ret === 0) {
    if (detail) row.add(bufferFields(probe, after.fd));
    if (probe.isCma) {
      row.add({ cma_used_delta: (probe.areaFigure('used') ?? 0) - used, pfn_off: probe.offsetOf(after.fd) });
    }
    libc.close(after.fd);
  }
  row.add(probe.newDescriptors(before)).done();
}

/** ALLOC's arguments, one by one. */
export function allocCases(probe: Probe): void {
  const page = BigInt(probe.pageSize);
  const two64 = 1n << 64n;
  const area = probe.isCma ? BigInt(probe.areaFigure('count') ?? 0) * page : 0n;
  const lengths = [0n, 1n, page - 1n, page, page + 1n, 2n * page, 3n * page, 65535n, 65536n, 65537n];
  lengths.push(1n << 20n, (1n << 20n) + 1n, two64 - 1n, two64 - 2n, two64 - page + 1n, two64 - page + 2n);
  if (area > 0n) {
    lengths.push(
      area / 2n,
      area - page,
      area - page + 1n,
      area,
      area + 1n,
      area + page,
      area * 2n,
      1n << 40n,
    );
    lengths.push(1n << 62n, 1n << 63n, two64 - page, two64 - page - 1n, (1n << 63n) + 1n);
  }
  for (const len of lengths) tryAlloc(probe, 'alloc_len', { len, fdFlags: O_RDWR | O_CLOEXEC }, true);
  for (const fd of [1, 2, 0x7fffffff, 0x80000000, 0xffffffff]) {
    tryAlloc(probe, 'alloc_fd_nonzero', { len: page, fd, fdFlags: O_RDWR }, false);
  }
  for (const mode of [0, 1, 2, 3]) {
    for (const flag of [0, O_CLOEXEC]) {
      tryAlloc(probe, 'alloc_fd_flags_valid', { len: page, fdFlags: mode | flag }, true);
    }
  }
  for (let bit = 0; bit < 32; bit++) {
    tryAlloc(probe, 'alloc_fd_flags_bit', { len: page, fdFlags: (1 << bit) >>> 0 }, false);
  }
  tryAlloc(probe, 'alloc_fd_flags_all', { len: page, fdFlags: 0xffffffff }, false);
  for (let bit = 0n; bit < 64n; bit++) {
    tryAlloc(probe, 'alloc_heap_flags_bit', { len: page, fdFlags: O_RDWR, heapFlags: 1n << bit }, false);
  }
  tryAlloc(probe, 'alloc_order_len0_badflags', { len: 0n, fdFlags: O_APPEND }, false);
  if (area > 0n)
    tryAlloc(probe, 'alloc_order_toolarge_badflags', { len: area * 2n, fdFlags: O_APPEND }, false);
}
