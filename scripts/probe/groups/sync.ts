import { DMA_BUF_IOCTL_SYNC } from '../../../emulator/linux/uapi/dma-buf.ts';
import { O_RDONLY } from '../../../emulator/linux/uapi/fcntl.ts';
import { MAP_SHARED, PROT_READ, PROT_WRITE } from '../../../emulator/linux/uapi/mman.ts';
import type { Register } from '../../../emulator/linux/uapi/registers.ts';
import { exactly } from '../../records/parse.ts';
import type { Probe } from '../probe.ts';

const valid = [0n, 1n, 2n, 3n, 4n, 5n, 6n, 7n];
const beyond = [8n, 9n, 10n, 11n, 15n, 16n, 1n << 31n, (1n << 32n) | 3n, (1n << 63n) | 3n, (1n << 64n) - 1n];

/** struct dma_buf_sync */
export function syncArgument(flags: bigint): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, flags, true);
  return bytes;
}

/** SYNC with every kind of flags, on every kind of descriptor, and in any order. */
export function syncCases(probe: Probe): void {
  const { libc } = probe;
  const fd = probe.alloc(probe.pageSize);
  const readOnly = probe.alloc(probe.pageSize, O_RDONLY);
  const sync = (on: number, flags: bigint, request: Register = DMA_BUF_IOCTL_SYNC) =>
    libc.ioctl(on, request, syncArgument(flags));
  for (const flags of [...valid, ...beyond]) probe.report('sync', sync(fd, flags), { flags: exactly(flags) });
  probe.report('sync', sync(readOnly, 3n), { flags: 3, fd: 'O_RDONLY' });
  probe.report('sync', libc.ioctl(fd, DMA_BUF_IOCTL_SYNC, 0), { ptr: 'null' });
  probe.report('sync', sync(probe.heapFd, 3n), { fd: 'heap' });
  const highBits = BigInt(DMA_BUF_IOCTL_SYNC) | 0xabcd00000000n;
  probe.report('sync', sync(fd, 3n, highBits), { cmd: 'high bits set' });
  const map = libc.mmap(probe.pageSize, PROT_READ | PROT_WRITE, MAP_SHARED, fd) ?? 0;
  for (const [step, flags] of [3n, 3n, 7n, 7n, 7n, 1n, 6n, 2n, 5n].entries()) {
    probe.report('sync_sequence', sync(fd, flags), { step, flags: Number(flags) });
  }
  libc.munmap(map, probe.pageSize);
  libc.close(fd);
  libc.close(readOnly);
}
