import { DMA_BUF_IOCTL_SYNC } from '../../../emulator/linux/uapi/dma-buf.ts';
import { DMA_HEAP_IOCTL_ALLOC, encodeAllocationData } from '../../../emulator/linux/uapi/dma-heap.ts';
import { F_SETFD, FD_CLOEXEC, O_RDWR } from '../../../emulator/linux/uapi/fcntl.ts';
import { FIONBIO, iocRead, ioctlNumber, iocWrite, iowr } from '../../../emulator/linux/uapi/ioctl.ts';
import type { Probe } from '../probe.ts';

interface Variant {
  readonly name: string;
  readonly request: bigint;
  /** Whether the bytes behind the struct are not zero. */
  readonly tail: boolean;
}

const both = iocRead | iocWrite;
const structBytes = 24;
const bufferBytes = 20_000;
const tailByte = 0xa5;

const sizes = [0, 1, 4, 8, 12, 16, 20, 23, 24, 25, 32, 40, 64, 127, 128, 129, 256, 1024, 4096, 16383];

/** As a C int becomes a 64-bit register: a request whose top bit is set drags it along. */
const widened = (request: number) => BigInt.asUintN(64, BigInt(request | 0));

const others: readonly (readonly [string, number | bigint])[] = [
  ['magic_h', widened(ioctlNumber(both, 'h', 0, 24))],
  ['magic_0', widened(ioctlNumber(both, 0, 0, 24))],
  ['magic_ff', widened(ioctlNumber(both, 0xff, 0, 24))],
  ['nr_1', widened(ioctlNumber(both, 'H', 1, 24))],
  ['nr_2', widened(ioctlNumber(both, 'H', 2, 24))],
  ['nr_255', widened(ioctlNumber(both, 'H', 255, 24))],
  ['dir_none', ioctlNumber(0, 'H', 0, 24)],
  ['dir_W', ioctlNumber(iocWrite, 'H', 0, 24)],
  ['dir_R', ioctlNumber(iocRead, 'H', 0, 24)],
  ['cmd_0', 0],
  ['high_bits', BigInt(DMA_HEAP_IOCTL_ALLOC) | 0xffffffff00000000n],
  ['TCGETS', 0x5401],
  ['FIONREAD', 0x541b],
  ['FIONBIO', FIONBIO],
  ['FIOASYNC', 0x5452],
  ['FIOCLEX', 0x5451],
  ['FIONCLEX', 0x5450],
  ['FIGETBSZ', 2],
  ['FIOQSIZE', 0x5460],
  ['FS_IOC_FIEMAP', widened(iowr('f', 11, 32))],
  ['BUF_SYNC', DMA_BUF_IOCTL_SYNC],
];

function variants(): readonly Variant[] {
  const bySize = sizes.flatMap((size): Variant[] => {
    const request = BigInt(ioctlNumber(both, 'H', 0, size));
    const plain = { name: 'size', request, tail: false };
    return size > structBytes ? [plain, { name: 'size_nonzero_tail', request, tail: true }] : [plain];
  });
  return [...bySize, ...others.map(([name, request]) => ({ name, request: BigInt(request), tail: false }))];
}

/** Request numbers other than ALLOC's own on a heap. */
export function ioctlNumberCases(probe: Probe): void {
  const { libc } = probe;
  for (const { name, request, tail } of variants()) {
    const bytes = new Uint8Array(bufferBytes).fill(tail ? tailByte : 0, structBytes);
    bytes.set(encodeAllocationData({ length: BigInt(probe.pageSize), fdFlags: O_RDWR }));
    const before = probe.descriptors();
    const used = probe.areaFigure('used') ?? 0;
    const ret = libc.ioctl(probe.heapFd, request, bytes);
    const row = probe.row('heap_ioctl_number', ret, {
      variant: name,
      cmd: `0x${request.toString(16)}`,
      size: Number((request >> 16n) & 0x3fffn),
      nonzero_tail: tail ? 1 : 0,
    });
    const fd = new DataView(bytes.buffer).getUint32(8, true);
    const changed = bytes.subarray(structBytes).filter((byte) => byte !== (tail ? tailByte : 0)).length;
    row.add({ fd_written: fd === 0 ? 0 : 1, tail_bytes_changed: changed, ...probe.newDescriptors(before) });
    if (probe.isCma) row.add({ cma_used_leak: (probe.areaFigure('used') ?? 0) - used });
    row.done();
  }
  libc.ioctl(probe.heapFd, FIONBIO, new Uint8Array(4));
  libc.fcntl(probe.heapFd, F_SETFD, FD_CLOEXEC);
}
