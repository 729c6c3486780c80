import {
  DMA_HEAP_IOCTL_ALLOC,
  decodeAllocationData,
  encodeAllocationData,
} from '../../../emulator/linux/uapi/dma-heap.ts';
import { O_RDONLY, O_RDWR } from '../../../emulator/linux/uapi/fcntl.ts';
import { RLIMIT_NOFILE } from '../../../emulator/linux/uapi/resource.ts';
import type { Libc } from '../libc.ts';
import type { Probe } from '../probe.ts';

const oneMiB = 1n << 20n;
const mostDescriptors = 64;

/** struct rlimit of RLIMIT_NOFILE: what it was. */
function limitDescriptors(libc: Libc, soft: bigint, hard: bigint): void {
  const limit = new Uint8Array(16);
  new DataView(limit.buffer).setBigUint64(0, soft, true);
  new DataView(limit.buffer).setBigUint64(8, hard, true);
  libc.withBytes(limit, (address) => libc.call('prlimit64', 0, RLIMIT_NOFILE, address, 0));
}

function currentLimit(libc: Libc): readonly [bigint, bigint] {
  const limit = new Uint8Array(16);
  libc.withBytes(limit, (address) => libc.call('prlimit64', 0, RLIMIT_NOFILE, 0, address));
  const view = new DataView(limit.buffer);
  return [view.getBigUint64(0, true), view.getBigUint64(8, true)];
}

/** ALLOC where the process may not have one more descriptor. */
export function rlimitCases(probe: Probe): void {
  const { libc } = probe;
  const highest = Math.max(0, ...probe.descriptors());
  const [soft, hard] = currentLimit(libc);
  atLimit(probe, highest, soft, hard);
  untilLimit(probe, highest, soft, hard);
  const [lower, upper] = [libc.open('/dev/null', O_RDONLY), libc.open('/dev/null', O_RDONLY)];
  libc.close(lower);
  const fd = probe.alloc(probe.pageSize);
  probe.report('alloc_lowest_fd', fd === lower ? 0 : -1, {}, { lowest: fd === lower ? 1 : 0 });
  libc.close(fd);
  libc.close(upper);
}

function atLimit(probe: Probe, highest: number, soft: bigint, hard: bigint): void {
  const { libc } = probe;
  const free = { cma: probe.meminfo('CmaFree'), all: probe.meminfo('MemFree') };
  const used = probe.areaFigure('used') ?? 0;
  const isCma = probe.isCma;
  const holes = fillHoles(libc, highest);
  limitDescriptors(libc, BigInt(highest + 1), hard);
  const alloc = (length: bigint) => {
    const argument = encodeAllocationData({ length, fdFlags: O_RDWR });
    const ret = libc.ioctl(probe.heapFd, DMA_HEAP_IOCTL_ALLOC, argument);
    return { ret, errno: libc.errno, fd: decodeAllocationData(argument).fd };
  };
  const first = alloc(oneMiB);
  const nothing = alloc(0n);
  const tooLarge = isCma ? alloc(1n << 62n) : { ret: 0, errno: '' };
  for (let again = 0; again < 50; again++) alloc(oneMiB);
  limitDescriptors(libc, soft, hard);
  for (const fd of holes) libc.close(fd);
  libc.errno = first.errno;
  const row = probe.row('alloc_at_fd_limit', first.ret, { len: Number(oneMiB), rlimit: highest + 1 });
  row.add({ fd_after: first.fd, len0_ret: nothing.ret, len0_errno: nothing.errno });
  if (isCma) {
    row.add({ toolarge_ret: tooLarge.ret, toolarge_errno: tooLarge.errno, cma_used_before: used });
    row.add({ cma_used_after_51: probe.areaFigure('used') ?? 0 });
  }
  row.add({ cmafree_before_kb: free.cma, cmafree_after_kb: probe.meminfo('CmaFree') });
  row.add({ memfree_before_kb: free.all, memfree_after_kb: probe.meminfo('MemFree') }).done();
}

/** Opens until every number up to `highest` is taken. */
function fillHoles(libc: Libc, highest: number): readonly number[] {
  const filled: number[] = [];
  while (filled.length < mostDescriptors) {
    const fd = libc.open('/dev/null', O_RDONLY);
    if (fd < 0) break;
    if (fd > highest) {
      libc.close(fd);
      break;
    }
    filled.push(fd);
  }
  return filled;
}

function untilLimit(probe: Probe, highest: number, soft: bigint, hard: bigint): void {
  const { libc } = probe;
  const rlimit = highest + 11;
  limitDescriptors(libc, BigInt(rlimit), hard);
  const fds: number[] = [];
  while (fds.length < mostDescriptors) {
    const fd = probe.alloc(probe.pageSize);
    if (fd < 0) break;
    fds.push(fd);
  }
  const stop_errno = libc.errno;
  limitDescriptors(libc, soft, hard);
  probe.report('alloc_until_fd_limit', fds.length, { rlimit }, { stop_errno });
  for (const fd of fds.reverse()) libc.close(fd);
}
