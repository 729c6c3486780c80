import type { OpenFile } from '../../fs/file.ts';
import { type FileSystem, Inode, type OpenRequest } from '../../fs/inode.ts';
import { Directory, DirectoryFile, PseudoFile } from '../../fs/libfs.ts';
import type { Kernel } from '../../init/kernel.ts';
import type { DirectoryEntry } from '../../uapi/dirent.ts';
import { type Errno, errno } from '../../uapi/errno.ts';
import { S_IFDIR } from '../../uapi/stat.ts';
import type { DmaBuf, DmaBufs } from './dma-buf.ts';
import type { ResvEntry } from './dma-resv.ts';

/**
 * What is shown of buffers: /sys/kernel/debug/dma_buf/bufinfo and /sys/kernel/dmabuf/buffers. Plays the debugfs part
 * of drivers/dma-buf/dma-buf.c and drivers/dma-buf/dma-buf-sysfs-stats.c.
 */

function padded(value: number, base = 10): string {
  return value.toString(base).padStart(8, '0');
}

/** One fence as dma_resv_describe() and, before it, bufinfo itself told it. */
function describeFence(kernel: Kernel, { fence, usage }: ResvEntry): string {
  const state = fence.isSignalled ? 'signalled' : 'unsignalled';
  switch (kernel.release.behaviours.bufinfoFences) {
    case 'exclusive-shared': {
      const kind = usage === 'write' || usage === 'kernel' ? 'Exclusive' : 'Shared';
      return `\t${kind} fence: ${fence.driverName} ${fence.timelineName} ${state}\n`;
    }
    case 'usage-driver-first':
      return `\t${usage} fence:${fence.driverName} ${fence.timelineName} seq ${fence.sequenceNumber} ${state}\n`;
    case 'usage-context-first': {
      const [timeline, driver] = fence.isSignalled ? ['', ''] : [fence.timelineName, fence.driverName];
      return `\t${usage} fence:${fence.context}:${fence.sequenceNumber} ${timeline} ${driver} ${state}\n`;
    }
  }
}

function describeBuffer(kernel: Kernel, buffer: DmaBuf): string {
  const { bufinfoNames, bufinfoMode } = kernel.release.behaviours;
  const { file } = buffer;
  const mode = bufinfoMode | (file.mayRead ? 1 : 0) | (file.mayWrite ? 2 : 0);
  const name = buffer.name === undefined && bufinfoNames === 'column' ? '<none>' : buffer.nameText;
  const columns = [
    padded(buffer.sizeBytes),
    padded(file.flags, 16),
    padded(mode, 16),
    padded(file.references),
    buffer.exporterName,
    padded(buffer.inodeNumber),
    name,
  ];
  const fences = buffer.hasReservation
    ? buffer.reservation.entries.map((entry) => describeFence(kernel, entry)).join('')
    : '';
  const attached = buffer.attachments.map(({ deviceName }) => `\t${deviceName}\n`).join('');
  const total = `Total ${buffer.attachments.length} devices attached\n\n`;
  return `${columns.join('\t')}\n${fences}\tAttached Devices:\n${attached}${total}`;
}

/** dma_buf_debug_show(): newest buffer first. */
function showBufinfo(kernel: Kernel): string {
  const columns = ['size', 'flags', 'mode', 'count'].map((name) => `${name.padEnd(8)}\t`).join('');
  const names = kernel.release.behaviours.bufinfoNames === 'column' ? '\tname' : '';
  const header = `\nDma-buf Objects:\n${columns}exp_name\t${'ino'.padEnd(8)}${names}\n`;
  const { live } = kernel.dmaBufs;
  const buffers = live.toReversed().map((buffer) => describeBuffer(kernel, buffer));
  const bytes = live.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  return `${header}${buffers.join('')}\nTotal ${live.length} objects, ${bytes} bytes\n`;
}

/** dma_buf_init_debugfs() */
export function addBufinfo(kernel: Kernel): Errno {
  const { debug } = kernel.mounts;
  const file = new PseudoFile(debug.fileSystem, 0o444, { show: () => showBufinfo(kernel) });
  debug.folder('dma_buf').add('bufinfo', file);
  return 0;
}

/** A folder for each live buffer, named by its inode number; made when somebody looks. */
class BuffersFolder extends Inode {
  readonly #buffers: DmaBufs;

  constructor(fileSystem: FileSystem, buffers: DmaBufs) {
    super(fileSystem, S_IFDIR | 0o755);
    this.#buffers = buffers;
  }

  override open(request: OpenRequest): OpenFile {
    return new DirectoryFile(this, request.flags, request.dentry);
  }

  override lookup(name: string): Inode | Errno {
    const buffer = this.#buffers.live.find((each) => String(each.inodeNumber) === name);
    if (buffer === undefined) return -errno.ENOENT;
    const folder = new Directory(this.fileSystem, 0o755);
    const text = (content: string) => new PseudoFile(this.fileSystem, 0o444, { show: () => content }, 4096);
    folder.add('exporter_name', text(`${buffer.exporterName}\n`));
    folder.add('size', text(`${buffer.sizeBytes}\n`));
    return folder;
  }

  override entries(): readonly DirectoryEntry[] {
    return this.#buffers.live.map(({ inodeNumber }) => ({
      name: String(inodeNumber),
      inode: inodeNumber,
      type: S_IFDIR >> 12,
    }));
  }
}

/** dma_buf_init_sysfs_statistics() */
export function addBufferStatistics(kernel: Kernel): Errno {
  if (!kernel.release.behaviours.bufferSysfs) return 0;
  const { sys } = kernel.mounts;
  sys.folder('kernel').folder('dmabuf').add('buffers', new BuffersFolder(sys.fileSystem, kernel.dmaBufs));
  return 0;
}
