import type { StandInFacts } from '../stand-in.ts';
import { type Case, hand, type Supervision } from '../supervision.ts';

const F_GETFD = 1;
const F_GETFL = 3;
const FD_CLOEXEC = 1;

/** Puts what the board has just opened into the program: its number there, or -errno. It may share a file of memory. */
export function handNew(given: Supervision, asked: Case, boardFd: number, shared?: number): number {
  const { process } = asked;
  const { board } = process;
  const closeOnExec = (board.call('fcntl', boardFd, F_GETFD) & FD_CLOEXEC) !== 0;
  const accessMode = board.call('fcntl', boardFd, F_GETFL) & 3;
  const buffer = given.takeFreshBuffer();
  const facts: StandInFacts = {
    kind: buffer === undefined ? 'sync-file' : 'buffer',
    boardFd,
    label: buffer?.heap ?? 'sync_file',
    sizeBytes: buffer?.sizeBytes ?? 0,
    accessMode,
    ...(shared === undefined ? {} : { shared }),
    onRelease: (released) => {
      given.holdings.released(released);
      given.closeOnBoard(boardFd);
    },
  };
  const handed = hand(given, asked, facts, closeOnExec);
  if (typeof handed === 'number') {
    board.close(boardFd);
    return handed;
  }
  if (buffer !== undefined) {
    given.processes.allocated(process, buffer.sizeBytes);
    given.holdings.holds(process, handed.standIn);
  }
  return handed.fd;
}
