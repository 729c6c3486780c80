import { CharDeviceInode } from '../../fs/char-dev.ts';
import { Dentry } from '../../fs/dentry.ts';
import { OpenFile } from '../../fs/file.ts';
import type { Kernel } from '../../init/kernel.ts';
import type { Task } from '../../kernel/task.ts';
import { type Errno, errno } from '../../uapi/errno.ts';
import { O_LARGEFILE, O_RDONLY, O_WRONLY } from '../../uapi/fcntl.ts';
import { makeDevice, S_IFCHR } from '../../uapi/stat.ts';
import { Terminal, TerminalFile, type TerminalPort } from './terminal.ts';

/**
 * The console that a program's standard files lead to: a terminal where the host has one, else bytes in and out and no
 * line discipline (TCGETS gives ENOTTY).
 */

/** What lies at the other end of standard input, output and error. */
export interface ConsolePort {
  /** Up to `lengthBytes`; empty at the end of input. */
  read(lengthBytes: number): Uint8Array;
  write(stream: 'stdout' | 'stderr', bytes: Uint8Array): void;
  /** Where somebody sits at standard input; the streams that are the same terminal. */
  readonly terminal?: TerminalPort & { readonly streams: ReadonlySet<'stdout' | 'stderr'> };
}

class ConsoleFile extends OpenFile {
  readonly #port: ConsolePort;
  readonly #stream: 'stdin' | 'stdout' | 'stderr';

  constructor(inode: CharDeviceInode, port: ConsolePort, stream: 'stdin' | 'stdout' | 'stderr') {
    super(inode, (stream === 'stdin' ? O_RDONLY : O_WRONLY) | O_LARGEFILE, new Dentry(inode));
    this.#port = port;
    this.#stream = stream;
  }

  override get path(): string {
    return '/dev/console';
  }

  override get canRead(): boolean {
    return true;
  }

  override get canWrite(): boolean {
    return true;
  }

  override read(lengthBytes: number): Uint8Array {
    return this.#port.read(lengthBytes);
  }

  override write(bytes: Uint8Array): Errno {
    if (this.#stream === 'stdin') return -errno.EBADF;
    this.#port.write(this.#stream, bytes);
    return bytes.length;
  }
}

/**
 * Gives a task descriptors 0, 1 and 2; the terminal, where there is one. `signal` is told which signals were typed.
 */
export function openStandardFiles(
  kernel: Kernel,
  task: Task,
  port: ConsolePort,
  signal: (signal: number) => void = () => {},
): Terminal | undefined {
  const inode = new CharDeviceInode(kernel.mounts.shm, S_IFCHR | 0o620, makeDevice(5, 1));
  const { terminal: host } = port;
  const terminal = host === undefined ? undefined : new Terminal(host, signal);
  const open = (stream: 'stdin' | 'stdout' | 'stderr'): OpenFile => {
    if (terminal === undefined || host === undefined) return new ConsoleFile(inode, port, stream);
    if (stream === 'stdin') return new TerminalFile(inode, terminal, (bytes) => host.write(bytes));
    if (!host.streams.has(stream)) return new ConsoleFile(inode, port, stream);
    return new TerminalFile(inode, terminal, (bytes) => port.write(stream, bytes));
  };
  for (const [fd, stream] of (['stdin', 'stdout', 'stderr'] as const).entries()) {
    kernel.files.opened(kernel, true);
    task.files.reserve(fd + 1, false, fd);
    task.files.install(fd, open(stream));
  }
  return terminal;
}
