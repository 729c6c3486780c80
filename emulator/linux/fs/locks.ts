import { WaitQueue } from '../kernel/sched/wait.ts';
import type { Task } from '../kernel/task.ts';
import { F_RDLCK, F_UNLCK, F_WRLCK, LOCK_EX, LOCK_UN } from '../uapi/fcntl.ts';
import type { FdTable } from './fdtable.ts';
import type { OpenFile } from './file.ts';

/** Advisory locks of a file: flock() and fcntl(). Plays fs/locks.c without leases and deadlock search. */

/** Whose a lock is: an open file for flock() and OFD locks, a process's descriptors for POSIX ones. */
type Owner = OpenFile | FdTable;

export type LockKind = 'FLOCK' | 'POSIX' | 'OFDLCK';

/** A lock on `[start, end]` of a file; `end` is infinite for "to the end". */
export interface FileLock {
  readonly kind: LockKind;
  readonly owner: Owner;
  readonly pid: number;
  readonly exclusive: boolean;
  readonly start: number;
  readonly end: number;
}

/** The locks of one inode. */
export class FileLocks {
  #locks: FileLock[] = [];
  /** Woken when a lock goes. */
  readonly released = new WaitQueue();

  /** The locks in the order in which they were taken. */
  get all(): readonly FileLock[] {
    return this.#locks;
  }

  /** The first lock that stands against `wanted`. flock() and fcntl() do not see each other. */
  conflict(wanted: FileLock): FileLock | undefined {
    return this.#locks.find(
      (lock) =>
        lock.owner !== wanted.owner &&
        (lock.kind === 'FLOCK') === (wanted.kind === 'FLOCK') &&
        (lock.exclusive || wanted.exclusive) &&
        overlap(lock, wanted),
    );
  }

  /** Takes a lock that meets no conflict, in place of the owner's own ones in its range. */
  take(lock: FileLock): void {
    this.drop(lock);
    this.#locks.push(lock);
  }

  /** Gives up the owner's locks of that kind within a range; what sticks out of it stays. */
  drop(range: Pick<FileLock, 'kind' | 'owner' | 'start' | 'end'>): void {
    const before = this.#locks.length;
    this.#locks = this.#locks.flatMap((lock) => {
      if (lock.owner !== range.owner || lock.kind !== range.kind || !overlap(lock, range)) return [lock];
      const left = lock.start < range.start ? [{ ...lock, end: range.start - 1 }] : [];
      const right = lock.end > range.end ? [{ ...lock, start: range.end + 1 }] : [];
      return [...left, ...right];
    });
    if (before > 0) this.released.wakeAll();
  }

  /** The last reference to an open file went: its own locks go with it. */
  releaseFile(file: OpenFile): void {
    this.#dropOwner(file);
  }

  /** A process closed a descriptor of this inode: all its POSIX locks go, whichever descriptor made them. */
  releaseProcess(files: FdTable): void {
    this.#dropOwner(files);
  }

  #dropOwner(owner: Owner): void {
    const kept = this.#locks.filter((lock) => lock.owner !== owner);
    if (kept.length === this.#locks.length) return;
    this.#locks = kept;
    this.released.wakeAll();
  }
}

function overlap(a: Pick<FileLock, 'start' | 'end'>, b: Pick<FileLock, 'start' | 'end'>): boolean {
  return a.start <= b.end && b.start <= a.end;
}

/** The locks of a file's inode, made where there are none yet. */
export function locksOf(file: OpenFile): FileLocks {
  file.inode.locks ??= new FileLocks();
  return file.inode.locks;
}

/** What flock() asks for; undefined for LOCK_UN. */
export function flockRequest(file: OpenFile, task: Task, operation: number): FileLock | undefined {
  if ((operation & LOCK_UN) !== 0) return undefined;
  const exclusive = (operation & LOCK_EX) !== 0;
  return { kind: 'FLOCK', owner: file, pid: task.pid, exclusive, start: 0, end: Number.POSITIVE_INFINITY };
}

/** Whether a struct flock's type is one that exists. */
export function isLockType(type: number): boolean {
  return type === F_RDLCK || type === F_WRLCK || type === F_UNLCK;
}

/** One line of fdinfo for a lock, as `lock:` shows it. */
export function describeLock(lock: FileLock, index: number, file: OpenFile): string {
  const device = file.inode.fileSystem.device;
  const type = lock.exclusive ? 'WRITE' : 'READ ';
  const end = lock.end === Number.POSITIVE_INFINITY ? 'EOF' : String(lock.end);
  const minor = (device % 0x100000).toString(16).padStart(2, '0');
  return `lock:\t${index}: ${lock.kind.padEnd(6)} ADVISORY  ${type} ${lock.pid} 00:${minor}:${file.inode.number} ${lock.start} ${end}\n`;
}
