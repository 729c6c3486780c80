import { unreadPosition } from '../stand-ins.ts';
import { type Case, give, int32, type Supervision, uint32, type Verdict } from '../supervision.ts';

const SEEK_SET = 0;
/** More than that is not listed at once. */
const mostBytes = 32768;

/** getdents64() on a folder of the board. */
export function list(given: Supervision, asked: Case): Verdict {
  const { trap, process } = asked;
  const fd = int32(trap, 0);
  const folder = given.standIns.at(trap.tid, fd);
  if (folder?.kind !== 'folder') return 'proceed';
  const { board } = process;
  const moved = movedTo(given, trap.tid, fd);
  if (moved !== undefined) board.call('lseek', folder.boardFd, moved, SEEK_SET);
  const size = Math.min(uint32(trap, 2), mostBytes);
  const { result, bytes } = board.withBytes(new Uint8Array(size), true, (address) =>
    board.call('getdents64', folder.boardFd, address, size),
  );
  if (result < 0) return result;
  return give(given, trap, 1, bytes.subarray(0, result), result);
}

/**
 * Where the program has moved the descriptor to: rewinddir() and seekdir() are lseek(), which nobody traps. The host's
 * own position stands at a mark as long as nobody moves it, and is put back there.
 */
function movedTo(given: Supervision, tid: number, fd: number): number | undefined {
  const position = Number(/^pos:\t(\d+)/.exec(given.readHostFile(`/proc/${tid}/fdinfo/${fd}`) ?? '')?.[1]);
  if (Number.isNaN(position) || position === unreadPosition) return undefined;
  const { host } = given;
  const pidFd = host.call('pidfd_open', tid, 0);
  if (pidFd < 0) return undefined;
  const copy = host.call('pidfd_getfd', pidFd, fd, 0);
  host.close(pidFd);
  if (copy < 0) return undefined;
  host.call('lseek', copy, unreadPosition, SEEK_SET);
  host.close(copy);
  return position;
}
