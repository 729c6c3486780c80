import { F_ADD_SEALS, F_GET_SEALS, F_SEAL_SEAL } from '../../../linux/uapi/fcntl.ts';
import {
  UDMABUF_CREATE,
  UDMABUF_CREATE_LIST,
  udmabufCreateBytes,
  udmabufItemBytes,
  udmabufListHeadBytes,
} from '../../../linux/uapi/udmabuf.ts';
import type { BoardProcess } from '../board-process.ts';
import type { StandIn } from '../stand-in.ts';
import { argument, type Case, nativeErrno, type Supervision } from '../supervision.ts';
import { handNew } from './hand-new.ts';

const O_RDWR_CLOEXEC = 0o2000002;
const SEEK_END = 2;
const MFD_ALLOW_SEALING = 2;
/** Those that boards know: newer hosts have more. */
const boardSeals = 0x1f;
/** More items than a list may have by far, as far as their bytes have room in one call. */
const mostItems = 2048;

export function isUdmabufRequest(request: number): boolean {
  return request === UDMABUF_CREATE || request === UDMABUF_CREATE_LIST;
}

/** A file of memory of the program, and its counterpart on the board. */
interface Lent {
  /** A descriptor of ours for it. */
  readonly fd: number;
  readonly boardFd: number;
}

/** A part of a file that the buffer is to consist of. */
interface Item {
  readonly memfd: number;
  readonly offset: bigint;
  readonly size: bigint;
}

/**
 * UDMABUF_CREATE and UDMABUF_CREATE_LIST: the board decides with files of the same sizes and seals, and the program
 * gets another open file of its own memory. A mapping begins at the file's beginning then: a buffer that begins
 * elsewhere, or has parts of several files, the host cannot stand in for (EOPNOTSUPP, and a note).
 */
export function createUdmabuf(given: Supervision, asked: Case, standIn: StandIn, request: number): number {
  const { board } = asked.process;
  const bytes = argumentOf(given, asked, request);
  if (bytes === undefined) return board.ioctl(standIn.boardFd, request, { bytes, writable: true }).result;
  const isList = request === UDMABUF_CREATE_LIST;
  const view = new DataView(bytes.buffer);
  const items: Item[] = [];
  const lent = new Map<number, Lent | undefined>();
  try {
    for (
      let at = isList ? udmabufListHeadBytes : 0;
      at + udmabufItemBytes <= bytes.length;
      at += udmabufItemBytes
    ) {
      const memfd = view.getInt32(at, true);
      items.push({ memfd, offset: view.getBigUint64(at + 8, true), size: view.getBigUint64(at + 16, true) });
      if (!lent.has(memfd)) lent.set(memfd, lend(given, asked, memfd));
      view.setInt32(at, lent.get(memfd)?.boardFd ?? -1, true);
    }
    const made = board.ioctl(standIn.boardFd, request, { bytes, writable: true }).result;
    if (made < 0) return made;
    const [first] = items;
    const file = first === undefined ? undefined : lent.get(first.memfd);
    if (file === undefined || !isFromBeginning(items)) {
      board.close(made);
      given.note(
        'a udmabuf that does not begin where its memfd does, or joins several, was refused (EOPNOTSUPP)',
      );
      return -nativeErrno.EOPNOTSUPP;
    }
    const shared = given.host.reopen(file.fd, O_RDWR_CLOEXEC);
    if (shared < 0) board.close(made);
    return shared < 0 ? shared : handNew(given, asked, made, shared);
  } finally {
    for (const file of lent.values()) if (file !== undefined) takeBack(given, board, file);
  }
}

/** The struct of a request, with the items that follow it; undefined where it cannot be read. */
function argumentOf(given: Supervision, { trap }: Case, request: number): Uint8Array | undefined {
  const address = argument(trap, 2);
  const peek = (size: number) => given.host.peek(trap.tid, address, size)?.slice();
  if (request === UDMABUF_CREATE) return peek(udmabufCreateBytes);
  const head = peek(udmabufListHeadBytes);
  const count = head === undefined ? 0 : new DataView(head.buffer).getUint32(4, true);
  return count > mostItems ? head : peek(udmabufListHeadBytes + count * udmabufItemBytes);
}

/** Whether parts follow each other in one file, from its beginning on. */
function isFromBeginning(items: readonly Item[]): boolean {
  let end = 0n;
  for (const { memfd, offset, size } of items) {
    if (memfd !== items[0]?.memfd || offset !== end) return false;
    end += size;
  }
  return true;
}

/** Makes a counterpart of a program's file on the board; undefined where it is no file of memory. */
function lend(given: Supervision, { trap, process }: Case, memfd: number): Lent | undefined {
  const { host } = given;
  const { board } = process;
  const path = `/proc/${trap.tid}/fd/${memfd}`;
  if (memfd < 0 || host.readLink(path)?.startsWith('/memfd:') !== true) return undefined;
  if (given.standIns.at(trap.tid, memfd) !== undefined) return undefined;
  const fd = host.open(path, O_RDWR_CLOEXEC);
  if (fd < 0) return undefined;
  const seals = host.call('fcntl', fd, F_GET_SEALS) & boardSeals;
  const boardFd = board.onPath('memfd_create', 'lent', (name) => [name, MFD_ALLOW_SEALING]);
  board.call('ftruncate', boardFd, host.call('lseek', fd, 0, SEEK_END));
  board.call('fcntl', boardFd, F_ADD_SEALS, seals | F_SEAL_SEAL);
  return { fd, boardFd };
}

function takeBack(given: Supervision, board: BoardProcess, { fd, boardFd }: Lent): void {
  given.host.close(fd);
  board.close(boardFd);
}
