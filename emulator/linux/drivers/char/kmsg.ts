import type { CharDeviceOpen } from '../../fs/char-dev.ts';
import { OpenFile, type Positioning } from '../../fs/file.ts';
import type { Inode, OpenRequest } from '../../fs/inode.ts';
import type { Kernel } from '../../init/kernel.ts';
import { type LogLine, logLevels } from '../../kernel/printk.ts';
import { type Errno, errno } from '../../uapi/errno.ts';
import { SEEK_DATA, SEEK_END, SEEK_SET } from '../../uapi/fcntl.ts';
import { POLLIN, POLLOUT, POLLRDNORM, POLLWRNORM } from '../../uapi/poll.ts';

/** /dev/kmsg: one record of the kernel log a read. Plays the device part of kernel/printk/printk.c. */

const utf8 = new TextEncoder();
const decoder = new TextDecoder();

/** Priority, sequence number, microseconds and flags before the text. */
function formatRecord(line: LogLine, sequence: number): string {
  return `${line.level},${sequence},${line.timeNs / 1000n},-;${line.text}\n`;
}

class KmsgFile extends OpenFile {
  readonly #kernel: Kernel;
  #next = 0;

  constructor(request: OpenRequest, inode: Inode) {
    super(inode, request.flags, request.dentry);
    this.#kernel = request.kernel;
  }

  override get positioning(): Positioning {
    return { seekable: true, positional: true };
  }

  override poll(): number {
    return (this.#line === undefined ? 0 : POLLIN | POLLRDNORM) | POLLOUT | POLLWRNORM;
  }

  get #line(): LogLine | undefined {
    return this.#kernel.log.lines[this.#next];
  }

  /** EINVAL where the record does not fit. Without O_NONBLOCK the end of the log is EAGAIN too: nobody else prints. */
  override read(length: number): Uint8Array | Errno {
    const line = this.#line;
    if (line === undefined) return -errno.EAGAIN;
    const bytes = utf8.encode(formatRecord(line, this.#next));
    if (bytes.length > length) return -errno.EINVAL;
    this.#next += 1;
    return bytes;
  }

  /** `<level>text`, or a text of level warning. */
  override write(bytes: Uint8Array): Errno {
    const [, level, text] = /^(?:<(\d+)>)?(.*)$/s.exec(decoder.decode(bytes)) ?? [];
    const levels = Object.values(logLevels);
    this.#kernel.log.log(levels[Number(level ?? logLevels.warning) & 7] ?? logLevels.warning, text ?? '');
    return bytes.length;
  }

  override seek(offset: number, whence: number): Errno {
    if (offset !== 0) return -errno.ESPIPE;
    if (whence !== SEEK_SET && whence !== SEEK_END && whence !== SEEK_DATA) return -errno.EINVAL;
    this.#next = whence === SEEK_END ? this.#kernel.log.lines.length : 0;
    return 0;
  }
}

export const openKmsg: CharDeviceOpen = (request, inode) => new KmsgFile(request, inode);
