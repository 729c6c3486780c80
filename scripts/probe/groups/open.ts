import {
  DMA_HEAP_IOCTL_ALLOC,
  decodeAllocationData,
  encodeAllocationData,
} from '../../../emulator/linux/uapi/dma-heap.ts';
import * as fcntl from '../../../emulator/linux/uapi/fcntl.ts';
import type { Probe } from '../probe.ts';

const { O_RDONLY, O_WRONLY, O_RDWR, O_CLOEXEC, O_NONBLOCK, O_APPEND, O_TRUNC, O_CREAT, O_EXCL } = fcntl;

const modes: readonly (readonly [string, number])[] = [
  ['O_RDONLY', O_RDONLY],
  ['O_WRONLY', O_WRONLY],
  ['O_RDWR', O_RDWR],
  ['3', 3],
  ['O_RDWR|O_CLOEXEC', O_RDWR | O_CLOEXEC],
  ['O_RDONLY|O_NONBLOCK', O_RDONLY | O_NONBLOCK],
  ['O_RDWR|O_APPEND', O_RDWR | O_APPEND],
  ['O_RDWR|O_TRUNC', O_RDWR | O_TRUNC],
  ['O_RDWR|O_CREAT', O_RDWR | O_CREAT],
  ['O_RDWR|O_CREAT|O_EXCL', O_RDWR | O_CREAT | O_EXCL],
  ['O_RDONLY|O_DIRECTORY', O_RDONLY | fcntl.O_DIRECTORY],
  ['O_RDWR|O_DIRECT', O_RDWR | fcntl.O_DIRECT],
  ['O_PATH', fcntl.O_PATH],
  ['O_RDWR|O_SYNC', O_RDWR | fcntl.O_SYNC],
];

/** Opening a heap's node in every mode, and whether it then allocates. */
export function openCases(probe: Probe): void {
  const { libc } = probe;
  for (const [name, flags] of modes) {
    const fd = libc.open(`/dev/dma_heap/${probe.heap}`, flags, 0o600);
    const row = probe.row('open', fd < 0 ? -1 : 0, { flags: name, value: flags });
    if (fd >= 0) {
      row.add({ getfl: libc.fcntl(fd, fcntl.F_GETFL), getfd: libc.fcntl(fd, fcntl.F_GETFD) });
      const argument = encodeAllocationData({ length: BigInt(probe.pageSize), fdFlags: O_RDWR });
      const ret = libc.ioctl(fd, DMA_HEAP_IOCTL_ALLOC, argument);
      row.add({ alloc_ret: ret, alloc_errno: ret < 0 ? libc.errno : '' });
      if (ret === 0) libc.close(decodeAllocationData(argument).fd);
      libc.close(fd);
    }
    row.done();
  }
}
