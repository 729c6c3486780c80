import { places } from './host/arena.ts';
import type { Host } from './host/host.ts';

/**
 * Marks on open files: a lock on one byte far behind any file's end, which belongs to the open file and not to a
 * process. It goes along with dup(), fork() and SCM_RIGHTS, /proc/PID/fdinfo shows it, any other open file of the same
 * file can ask for it, and it vanishes with the last descriptor and mapping.
 */

/** Where the locks of marks begin: the mark's number is added. */
const firstByte = 2n ** 62n;
const F_OFD_GETLK = 36;
const F_OFD_SETLK = 37;
const F_RDLCK = 0;
const F_WRLCK = 1;
const F_UNLCK = 2;
/** struct flock: type s16 @0, whence s16 @2, start s64 @8, length s64 @16, pid s32 @24. */
const lockBytes = 32;

/** Marks an open file of ours, which may be a program's as well: 0, or -errno. */
export function setMark(host: Host, fd: number, mark: number): number {
  return lock(host, fd, F_OFD_SETLK, F_RDLCK, mark);
}

/** Whether another open file of the file behind a descriptor carries a mark. */
export function isMarked(host: Host, fd: number, mark: number): boolean {
  const asked = lock(host, fd, F_OFD_GETLK, F_WRLCK, mark);
  return asked === 0 && host.arena.view.getInt16(places.lock, true) !== F_UNLCK;
}

function lock(host: Host, fd: number, command: number, type: number, mark: number): number {
  const { arena } = host;
  const at = places.lock;
  arena.bytes.fill(0, at, at + lockBytes);
  arena.view.setInt16(at, type, true);
  arena.view.setBigUint64(at + 8, firstByte + BigInt(mark), true);
  arena.view.setBigUint64(at + 16, 1n, true);
  return host.call('fcntl', fd, command, arena.at(at));
}

/** A line of fdinfo that tells of a lock, by where it begins. */
const lockLine = /^lock:.* OFDLCK .* (\d+) \d+\n/gm;

/** The mark of an open file, by what /proc/PID/fdinfo tells of it. */
export function markIn(facts: string): number | undefined {
  for (const [, start = '0'] of facts.matchAll(lockLine)) {
    if (BigInt(start) >= firstByte) return Number(BigInt(start) - firstByte);
  }
  return undefined;
}

/** What /proc/PID/fdinfo tells, without marks. */
export function withoutMarks(facts: string): string {
  return facts.replace(lockLine, (line, start: string) => (BigInt(start) >= firstByte ? '' : line));
}
