import { DMA_HEAP_IOCTL_ALLOC, encodeAllocationData } from '../../../emulator/linux/uapi/dma-heap.ts';
import { O_RDWR, O_WRONLY } from '../../../emulator/linux/uapi/fcntl.ts';
import { exactly } from '../../records/parse.ts';
import { type Probe, readLog } from '../probe.ts';

const telling = ['oom', 'Out of memory', 'order:', 'alloc failed'];

/** Requests of the size of the whole memory and beyond, by a child that may not come back. */
export function bigCases(probe: Probe): void {
  const total = BigInt(probe.meminfo('MemTotal')) * 1024n;
  const page = BigInt(probe.pageSize);
  big(probe, (total / 2n / page) * page, 'half of RAM');
  if (probe.isCma) return;
  big(probe, total + (64n << 20n), '64 MiB more than MemTotal');
  big(probe, total * 4n, '4x MemTotal');
  big(probe, 1n << 63n, '2^63');
  big(probe, (1n << 64n) - page, '2^64 - page (largest aligned)');
}

function big(probe: Probe, len: bigint, what: string): void {
  const { libc } = probe;
  const before = probe.meminfo('MemFree');
  const total = probe.meminfo('MemTotal');
  readLog(probe.journal);
  let answer: { readonly ret: number; readonly errno: string; readonly free: number } | undefined;
  const child = probe.fork();
  child.live(() => {
    const score = child.libc.open('/proc/self/oom_score_adj', O_WRONLY);
    child.libc.write(score, '1000');
    child.libc.close(score);
    const argument = encodeAllocationData({ length: len, fdFlags: O_RDWR });
    const ret = child.libc.ioctl(probe.heapFd, DMA_HEAP_IOCTL_ALLOC, argument);
    answer = { ret, errno: ret < 0 ? child.libc.errno : '', free: child.meminfo('MemFree') };
    return 0;
  });
  const ended = libc.waitpid(child.libc.process.pid);
  libc.usleep(50_000);
  libc.errno = answer?.errno ?? '';
  const row = probe.row('big_alloc', answer?.ret ?? -1, { what, len: exactly(len) });
  row.add({ MemTotal_kb: total, MemFree_before_kb: before, MemFree_during_kb: answer?.free ?? 0 });
  row.add({ MemFree_after_kb: probe.meminfo('MemFree') });
  if (ended?.status.kind === 'killed') row.add({ killed_by: ended.status.signal });
  const log = readLog(probe.journal).filter((line) => telling.some((word) => line.includes(word)));
  row.add({ oom_log: log }).done();
}
