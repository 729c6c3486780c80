import type { Kernel } from '../init/kernel.ts';
import type { Task } from '../kernel/task.ts';
import { type Errno, errno } from '../uapi/errno.ts';
import type { OpenFile, ReleaseCause } from './file.ts';

/** A number that is taken but leads to no file yet: between get_unused_fd_flags() and fd_install(). */
const reserved = Symbol('reserved');

type Slot = OpenFile | typeof reserved | undefined;

/** A process's descriptors. Plays fs/file.c; numbers are the lowest free ones. */
export class FdTable {
  readonly #slots: Slot[] = [];
  readonly #closeOnExec = new Set<number>();
  /** No number below this one is free. */
  #lowestFree = 0;
  /** Tasks that share the table. */
  users = 1;

  /** The open file, O_PATH ones included (fdget_raw()). */
  raw(fd: number): OpenFile | undefined {
    const slot = this.#slots[fd];
    return slot === reserved ? undefined : slot;
  }

  /** The open file, unless it was opened with O_PATH (fdget()). */
  get(fd: number): OpenFile | undefined {
    const slot = this.#slots[fd];
    if (slot === undefined || slot === reserved || slot.isPath) return undefined;
    return slot;
  }

  /** get_unused_fd_flags(): the lowest free number from `from` on, or EMFILE. */
  reserve(limit: number, closeOnExec: boolean, from = 0): Errno {
    let fd = Math.max(from, this.#lowestFree);
    while (this.#slots[fd] !== undefined) fd += 1;
    if (fd >= limit) return -errno.EMFILE;
    this.#slots[fd] = reserved;
    if (from <= this.#lowestFree) this.#lowestFree = fd + 1;
    if (closeOnExec) this.#closeOnExec.add(fd);
    return fd;
  }

  /** put_unused_fd(): gives a reserved number back. */
  unreserve(fd: number): void {
    this.#free(fd);
  }

  /** fd_install() */
  install(fd: number, file: OpenFile): void {
    this.#slots[fd] = file;
  }

  /** Takes a file out of its number; the caller drops the reference. */
  remove(fd: number): OpenFile | undefined {
    const slot = this.#slots[fd];
    if (slot === undefined || slot === reserved) return undefined;
    this.#free(fd);
    return slot;
  }

  #free(fd: number): void {
    this.#slots[fd] = undefined;
    if (this.#closeOnExec.size > 0) this.#closeOnExec.delete(fd);
    if (fd < this.#lowestFree) this.#lowestFree = fd;
  }

  isCloseOnExec(fd: number): boolean {
    return this.#closeOnExec.has(fd);
  }

  setCloseOnExec(fd: number, on: boolean): void {
    if (on) this.#closeOnExec.add(fd);
    else this.#closeOnExec.delete(fd);
  }

  /** Puts a file at exactly `fd`, and returns what was there before. */
  replace(fd: number, file: OpenFile, closeOnExec: boolean): OpenFile | undefined {
    const before = this.raw(fd);
    while (this.#slots.length < fd) this.#slots.push(undefined);
    this.#slots[fd] = file;
    this.setCloseOnExec(fd, closeOnExec);
    return before;
  }

  /**
   * filp_close(): drops the reference that a number held. The process's POSIX locks on the file go with any of its
   * descriptors, those of O_PATH aside.
   */
  drop(file: OpenFile, kernel: Kernel, cause: ReleaseCause, task: Task): void {
    if (file.inode.locks !== undefined && !file.isPath) file.inode.locks.releaseProcess(this);
    file.put(kernel, cause, task);
  }

  /** Closes one number; false where it is not open. */
  close(fd: number, kernel: Kernel, cause: ReleaseCause, task: Task): boolean {
    const file = this.remove(fd);
    if (file === undefined) return false;
    this.drop(file, kernel, cause, task);
    return true;
  }

  /** Whether a number is between reservation and installation. */
  isReserved(fd: number): boolean {
    return this.#slots[fd] === reserved;
  }

  /** The open numbers, lowest first. */
  get numbers(): readonly number[] {
    const numbers: number[] = [];
    this.#slots.forEach((slot, fd) => {
      if (slot !== undefined && slot !== reserved) numbers.push(fd);
    });
    return numbers;
  }

  /** dup_fd(): a copy in which every file has one more reference. */
  fork(): FdTable {
    const copy = new FdTable();
    for (const fd of this.numbers) {
      const file = this.raw(fd);
      if (file !== undefined) copy.replace(fd, file.get(), this.isCloseOnExec(fd));
    }
    return copy;
  }

  /** Closes the numbers that an execve() closes. */
  closeForExec(kernel: Kernel, task: Task): void {
    for (const fd of [...this.#closeOnExec].sort((a, b) => a - b))
      this.remove(fd)?.put(kernel, 'close', task);
  }

  /** Closes everything, lowest number first, as a process's end does. */
  closeAll(kernel: Kernel, cause: ReleaseCause, task: Task): void {
    for (const fd of this.numbers) this.close(fd, kernel, cause, task);
  }
}
