import type { CharDeviceInode } from '../../fs/char-dev.ts';
import { Dentry } from '../../fs/dentry.ts';
import { OpenFile, type PollWait } from '../../fs/file.ts';
import type { Kernel } from '../../init/kernel.ts';
import { blocked, WaitQueue } from '../../kernel/sched/wait.ts';
import type { Task } from '../../kernel/task.ts';
import { copyToUser, putUserInt32, readUser } from '../../mm/uaccess.ts';
import { type Errno, errno } from '../../uapi/errno.ts';
import { O_LARGEFILE, O_NONBLOCK, O_RDWR } from '../../uapi/fcntl.ts';
import { FIONREAD, TCGETS } from '../../uapi/ioctl.ts';
import { POLLIN, POLLOUT, POLLRDNORM, POLLWRNORM } from '../../uapi/poll.ts';
import { asAddress, type Register } from '../../uapi/registers.ts';
import {
  decodeTermios,
  encodeTermios,
  TCFLSH,
  TCSETS,
  TCSETSF,
  TCSETSW,
  TIOCGWINSZ,
  TIOCSWINSZ,
  termiosBytes,
} from '../../uapi/termios.ts';
import { LineDiscipline } from './n-tty.ts';

/**
 * A terminal that somebody sits at. Plays drivers/tty/tty_io.c and tty_ioctl.c as far as shells and editors need it.
 * Deviations: no sessions and no job control (TIOCGPGRP gives ENOTTY, so shells go without), no speeds, and a new
 * window size set by a program is taken and forgotten.
 */

/** The host's side of a terminal. */
export interface TerminalPort {
  /** Rows and columns. */
  size(): { readonly rows: number; readonly columns: number };
  /** Has typed bytes given to `receive` from now on. */
  attach(receive: (bytes: Uint8Array) => void): void;
  write(bytes: Uint8Array): void;
}

const tenthNanoseconds = 100_000_000n;

export class Terminal {
  readonly discipline: LineDiscipline;
  /** Woken when something was typed. */
  readonly changed = new WaitQueue();
  readonly port: TerminalPort;

  /** `signal` is told which signal was typed, for the programs. */
  constructor(port: TerminalPort, signal: (signal: number) => void) {
    this.port = port;
    this.discipline = new LineDiscipline({
      echo: (bytes) => port.write(bytes),
      signal,
      ready: () => this.changed.wakeAll(),
    });
    port.attach((bytes) => this.discipline.receive(bytes));
  }

  /** Whether a task waits for something to be typed. */
  isAwaitedBy(task: Task): boolean {
    return task.wait?.queues.includes(this.changed) ?? false;
  }
}

/** An open terminal. `write` is where its output goes. */
export class TerminalFile extends OpenFile {
  readonly #terminal: Terminal;
  readonly #write: (bytes: Uint8Array) => void;

  constructor(inode: CharDeviceInode, terminal: Terminal, write: (bytes: Uint8Array) => void) {
    super(inode, O_RDWR | O_LARGEFILE, new Dentry(inode));
    this.#terminal = terminal;
    this.#write = write;
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

  override get canPoll(): boolean {
    return true;
  }

  /** n_tty_read() */
  override read(lengthBytes: number, _position: number, kernel: Kernel, task: Task): Uint8Array | Errno {
    const { discipline, changed } = this.#terminal;
    if (lengthBytes === 0 || discipline.isReadable) return discipline.read(lengthBytes);
    const { least, timeTenths } = discipline;
    if (!discipline.isCanonical && least === 0) {
      if (timeTenths === 0) return new Uint8Array(0);
      task.deadline ??= kernel.clock.now + BigInt(timeTenths) * tenthNanoseconds;
      if (kernel.clock.now >= task.deadline) return new Uint8Array(0);
    }
    if ((this.flags & O_NONBLOCK) !== 0) return -errno.EAGAIN;
    task.block({ queues: [changed], deadline: task.deadline });
    return blocked;
  }

  override write(bytes: Uint8Array): Errno {
    this.#write(bytes);
    return bytes.length;
  }

  override poll(_events: number, wait: PollWait | undefined): number {
    wait?.(this.#terminal.changed);
    const readable = this.#terminal.discipline.isReadable ? POLLIN | POLLRDNORM : 0;
    return readable | POLLOUT | POLLWRNORM;
  }

  /** tty_ioctl() and n_tty_ioctl() */
  override ioctl(request: number, argument: Register, _kernel: Kernel, task: Task): Errno {
    const { discipline, port } = this.#terminal;
    const address = asAddress(argument);
    const give = (bytes: Uint8Array): Errno => (copyToUser(task, address, bytes) ? 0 : -errno.EFAULT);
    switch (request) {
      case TCGETS:
        return give(encodeTermios(discipline.termios));
      case TCSETS:
      case TCSETSW:
      case TCSETSF: {
        const bytes = readUser(task, address, termiosBytes);
        if (typeof bytes === 'number') return bytes;
        if (request === TCSETSF) discipline.flush();
        discipline.termios = decodeTermios(bytes);
        return 0;
      }
      case TCFLSH:
        if (address > 2) return -errno.EINVAL;
        if (address !== 1) discipline.flush();
        return 0;
      case FIONREAD:
        return putUserInt32(task, address, discipline.readableBytes) ? 0 : -errno.EFAULT;
      case TIOCGWINSZ: {
        const { rows, columns } = port.size();
        return give(new Uint8Array(Uint16Array.of(rows, columns, 0, 0).buffer));
      }
      case TIOCSWINSZ: {
        const bytes = readUser(task, address, 8);
        return typeof bytes === 'number' ? bytes : 0;
      }
      default:
        return -errno.ENOTTY;
    }
  }
}
