import { decodeStat, S_IFCHR, S_IFDIR, S_IFMT, statSizeBytes } from '../../../linux/uapi/stat.ts';
import type { BoardProcess } from '../board-process.ts';
import { mergedFiles, mergeLines } from '../redirects.ts';
import type { StandInKind } from '../stand-ins.ts';
import {
  argument,
  boardFlags,
  boardFor,
  type Case,
  hand,
  int32,
  nativeErrno,
  pathArgument,
  placeOf,
  type Supervision,
  uint32,
  type Verdict,
} from '../supervision.ts';

const AT_FDCWD = -100;
const O_CLOEXEC = 0o2000000;
const O_ACCMODE = 3;
/** Of creat(). */
const createFlags = 0o1101;

/** open(), openat() */
export function open(given: Supervision, asked: Case): Verdict {
  const { trap } = asked;
  const at = trap.call.name === 'open' ? 0 : 1;
  const folderFd = at === 0 ? AT_FDCWD : int32(trap, 0);
  return openPlace(given, asked, {
    folderFd,
    pathAt: at,
    flags: int32(trap, at + 1),
    mode: uint32(trap, at + 2),
  });
}

export function create(given: Supervision, asked: Case): Verdict {
  const mode = uint32(asked.trap, 1);
  return openPlace(given, asked, { folderFd: AT_FDCWD, pathAt: 0, flags: createFlags, mode });
}

/** openat2(): struct open_how is flags u64 @0, mode u64 @8, resolve u64 @16. What resolve forbids is not looked at. */
export function open2(given: Supervision, asked: Case): Verdict {
  const { trap } = asked;
  const how = given.host.peek(trap.tid, argument(trap, 2), 24);
  if (how === undefined) return 'proceed';
  const view = new DataView(how.buffer, how.byteOffset, 24);
  const [flags, mode] = [view.getUint32(0, true), view.getUint32(8, true)];
  return openPlace(given, asked, { folderFd: int32(trap, 0), pathAt: 1, flags, mode });
}

interface OpenArguments {
  readonly folderFd: number;
  readonly pathAt: number;
  /** As the host has them. */
  readonly flags: number;
  readonly mode: number;
}

function openPlace(given: Supervision, asked: Case, wanted: OpenArguments): Verdict {
  const { trap } = asked;
  const path = pathArgument(given, trap, wanted.pathAt);
  if (path === undefined) return 'proceed';
  const place = placeOf(given, trap, wanted.folderFd, path);
  if (place.kind === 'host') return 'proceed';
  if (place.kind === 'stand-in') {
    const { kind, label } = place.standIn;
    // Files without a place of their own cannot be opened again.
    if (kind === 'buffer' || kind === 'sync-file') return -nativeErrno.ENXIO;
    return openOnBoard(given, asked, label, wanted);
  }
  return openOnBoard(given, asked, place.path, wanted);
}

/** Opens a path of the board and hands a stand-in over: the program's descriptor, or -errno. */
function openOnBoard(given: Supervision, asked: Case, path: string, { flags, mode }: OpenArguments): number {
  const board = boardFor(given, asked);
  const boardFd = board.open(path, boardFlags(given, flags) & ~O_CLOEXEC, mode);
  if (boardFd < 0) return boardFd;
  const kind = kindOf(board, boardFd);
  const content = kind === 'file' ? contentOf(given, board, boardFd, path) : undefined;
  const fresh = given.standIns.make({
    kind,
    boardFd,
    label: path,
    accessMode: flags & O_ACCMODE,
    ...(content === undefined ? {} : { content }),
    onRelease: () => given.closeOnBoard(boardFd),
  });
  const fd = typeof fresh === 'number' ? fresh : hand(given, asked.trap, fresh, (flags & O_CLOEXEC) !== 0);
  if (fd < 0) board.close(boardFd);
  return fd;
}

function kindOf(board: BoardProcess, boardFd: number): StandInKind {
  const { bytes } = board.withBytes(new Uint8Array(statSizeBytes), true, (address) =>
    board.call('fstat', boardFd, address),
  );
  const type = decodeStat(bytes).mode & S_IFMT;
  if (type === S_IFCHR) return 'device';
  return type === S_IFDIR ? 'folder' : 'file';
}

/** The text as it is now; where the host has such a file too, with the board's lines in it. */
function contentOf(given: Supervision, board: BoardProcess, boardFd: number, path: string): Uint8Array {
  const ours = board.readAll(boardFd);
  const pattern = mergedFiles.get(path);
  const theirs = pattern === undefined ? undefined : given.readHostFile(path);
  if (pattern === undefined || theirs === undefined) return ours;
  return Buffer.from(mergeLines(theirs, Buffer.from(ours).toString(), pattern));
}
