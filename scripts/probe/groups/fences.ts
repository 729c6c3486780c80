import {
  DMA_BUF_IOCTL_EXPORT_SYNC_FILE,
  DMA_BUF_IOCTL_IMPORT_SYNC_FILE,
} from '../../../emulator/linux/uapi/dma-buf.ts';
import { O_CLOEXEC, O_RDWR } from '../../../emulator/linux/uapi/fcntl.ts';
import { SW_SYNC_IOC_CREATE_FENCE, SW_SYNC_IOC_INC } from '../../../emulator/linux/uapi/sync-file.ts';
import type { Libc } from '../libc.ts';

/** struct dma_buf_export_sync_file and dma_buf_import_sync_file */
function syncFileArgument(flags: number, fd: number): Uint8Array {
  const bytes = new Uint8Array(8);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, flags, true);
  view.setInt32(4, fd, true);
  return bytes;
}

const descriptorIn = (argument: Uint8Array) => new DataView(argument.buffer).getInt32(4, true);

export function importFence(libc: Libc, fd: number, flags: number, fence: number): number {
  return libc.ioctl(fd, DMA_BUF_IOCTL_IMPORT_SYNC_FILE, syncFileArgument(flags, fence));
}

/** A sync_file of a buffer's fences: the result of the call, and the descriptor as it then stands. */
export function exportFences(
  libc: Libc,
  fd: number,
  flags: number,
): { readonly ret: number; readonly fd: number } {
  const argument = syncFileArgument(flags, -1);
  const ret = libc.ioctl(fd, DMA_BUF_IOCTL_EXPORT_SYNC_FILE, argument);
  return { ret, fd: descriptorIn(argument) };
}

/** A time line whose fences are signalled by hand: the debug device sw_sync. */
export class Timeline {
  readonly #libc: Libc;
  readonly fd: number;

  constructor(libc: Libc) {
    this.#libc = libc;
    this.fd = libc.open('/sys/kernel/debug/sync/sw_sync', O_RDWR | O_CLOEXEC);
  }

  /** A fence that is signalled once the time line stands at `value`: the descriptor of its sync_file. */
  fence(value: number): number {
    const argument = new Uint8Array(40);
    const view = new DataView(argument.buffer);
    view.setUint32(0, value, true);
    argument[4] = 'f'.charCodeAt(0);
    this.#libc.ioctl(this.fd, SW_SYNC_IOC_CREATE_FENCE, argument);
    return view.getInt32(36, true);
  }

  /** Moves the time line one step on. */
  advance(): void {
    this.#libc.ioctl(this.fd, SW_SYNC_IOC_INC, Uint8Array.of(1, 0, 0, 0));
  }
}
