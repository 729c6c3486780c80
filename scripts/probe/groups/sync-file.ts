import {
  DMA_BUF_IOCTL_EXPORT_SYNC_FILE,
  DMA_BUF_IOCTL_IMPORT_SYNC_FILE,
  DMA_BUF_IOCTL_SYNC,
} from '../../../emulator/linux/uapi/dma-buf.ts';
import { F_GETFD, F_GETFL, O_CLOEXEC, O_RDWR } from '../../../emulator/linux/uapi/fcntl.ts';
import { POLLIN, POLLOUT } from '../../../emulator/linux/uapi/poll.ts';
import type { Probe } from '../probe.ts';
import { exportFences, importFence, Timeline } from './fences.ts';
import { pollFd } from './polling.ts';
import { syncArgument } from './sync.ts';

const flagValues = [0, 1, 2, 3, 4, 5, 6, 7, 0x80000001];
const hex = (value: number) => `0x${value.toString(16)}`;

/** Fences of a buffer: taken out, put in, waited for. */
export function syncFileCases(probe: Probe): void {
  const { libc } = probe;
  const fd = probe.alloc(probe.pageSize);
  exportCases(probe, fd);
  importCases(probe, fd);
  const timeline = new Timeline(libc);
  probe.report('sw_sync_open', timeline.fd < 0 ? -1 : 0, {});
  if (timeline.fd >= 0) {
    for (const usage of [1, 2]) pendingCases(probe, fd, timeline, usage);
    closeWithPendingPoll(probe, timeline);
    libc.close(timeline.fd);
  }
  libc.close(fd);
}

function exportCases(probe: Probe, fd: number): void {
  const { libc } = probe;
  for (const flags of flagValues) {
    const before = probe.descriptors();
    const exported = exportFences(libc, fd, flags);
    const row = probe.row('export_sync_file', exported.ret, { flags });
    if (exported.ret === 0) {
      const polled = pollFd(libc, exported.fd, POLLIN);
      const [getfd, getfl] = [libc.fcntl(exported.fd, F_GETFD), libc.fcntl(exported.fd, F_GETFL)];
      row.add({ getfd, getfl, poll: polled.ret, revents: hex(polled.revents) });
    } else row.add({ fd_after: exported.fd });
    row.add(probe.newDescriptors(before)).done();
  }
  probe.report('export_sync_file', libc.ioctl(fd, DMA_BUF_IOCTL_EXPORT_SYNC_FILE, 0), { ptr: 'null' });
}

function importCases(probe: Probe, fd: number): void {
  const { libc } = probe;
  const stub = exportFences(libc, fd, 1).fd;
  for (const flags of flagValues) {
    probe.report('import_sync_file', importFence(libc, fd, flags, stub), { flags, fd: 'stub sync_file' });
  }
  const devNull = libc.open('/dev/null', O_RDWR | O_CLOEXEC);
  const wrong: readonly (readonly [string, number])[] = [
    ['-1', -1],
    ['9999', 9999],
    ['/dev/null', devNull],
    ['the dma-buf itself', fd],
  ];
  for (const [name, other] of wrong) {
    probe.report('import_sync_file', importFence(libc, fd, 1, other), { flags: 1, fd: name });
  }
  probe.report('import_sync_file', libc.ioctl(fd, DMA_BUF_IOCTL_IMPORT_SYNC_FILE, 0), { ptr: 'null' });
  libc.close(devNull);
  libc.close(stub);
}

function pendingCases(probe: Probe, fd: number, timeline: Timeline, usage: number): void {
  const { libc } = probe;
  const fence = timeline.fence(usage);
  const fence_usage = usage === 1 ? 'READ' : 'WRITE';
  probe.report('import_unsignalled', importFence(libc, fd, usage, fence), { flags: usage });
  for (const signalled of [0, 1]) {
    for (const [events, mask] of [
      ['POLLIN', POLLIN],
      ['POLLOUT', POLLOUT],
      ['POLLIN|POLLOUT', POLLIN | POLLOUT],
    ] as const) {
      const { ret, revents } = pollFd(libc, fd, mask);
      probe.report('poll_with_fence', ret, { fence_usage, signalled, events }, { revents: hex(revents) });
    }
    for (const flags of [1, 2, 3]) {
      const exported = exportFences(libc, fd, flags);
      if (exported.ret !== 0) continue;
      const { ret } = pollFd(libc, exported.fd, POLLIN);
      probe.report('export_with_fence', ret, { fence_usage, signalled, flags }, { sync_file_ready: ret });
      libc.close(exported.fd);
    }
    if (signalled === 1) continue;
    for (const flags of [1, 2, 3, 5, 6, 7]) waitForFence(probe, fd, fence_usage, flags);
    const text = libc.slurp('/sys/kernel/debug/dma_buf/bufinfo');
    probe.report('bufinfo_with_fence', text === undefined ? -1 : 0, {}, { text: text ?? '' });
    timeline.advance();
  }
  libc.close(fence);
}

const alarmMicroseconds = 150_000n;

/** SYNC in a child that an alarm kills where the call blocks. */
function waitForFence(probe: Probe, fd: number, fence_usage: string, flags: number): void {
  const child = probe.fork();
  child.live(() => {
    const timer = new Uint8Array(32);
    new DataView(timer.buffer).setBigInt64(24, alarmMicroseconds, true);
    child.libc.withBytes(timer, (address) => child.libc.call('setitimer', 0, address, 0));
    return child.libc.ioctl(fd, DMA_BUF_IOCTL_SYNC, syncArgument(BigInt(flags))) === 0 ? 0 : 1;
  });
  const status = probe.libc.waitpid(child.libc.process.pid)?.status;
  const returned = status?.kind === 'exited' && status.code === 0 ? 'returned 0' : 'error';
  const outcome = status?.kind === 'killed' ? 'blocked (killed by alarm)' : returned;
  probe.report('sync_with_unsignalled_fence', 0, { fence_usage, flags }, { outcome });
}

function closeWithPendingPoll(probe: Probe, timeline: Timeline): void {
  const { libc } = probe;
  const fence = timeline.fence(3);
  const fd = probe.alloc(probe.pageSize);
  const open = probe.areaFigure('used') ?? 0;
  importFence(libc, fd, 2, fence);
  pollFd(libc, fd, POLLIN);
  libc.close(fd);
  const closed = probe.areaFigure('used') ?? 0;
  timeline.advance();
  libc.usleep(20_000);
  const row = probe.row('close_with_pending_poll', 0, {});
  if (probe.isCma) {
    const signalled = probe.areaFigure('used') ?? 0;
    row.add({ used_open: open, used_after_close: closed, used_after_signal: signalled });
  }
  row.done();
  libc.close(fence);
}
