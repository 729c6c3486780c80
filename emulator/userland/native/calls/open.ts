import { decodeStat, S_IFCHR, S_IFDIR, S_IFMT, statSizeBytes } from '../../../linux/uapi/stat.ts';
import type { BoardProcess } from '../board-process.ts';
import { withoutMarks } from '../marks.ts';
import { mergedFiles, mergeLines } from '../redirects.ts';
import type { StandInKind } from '../stand-in.ts';
import {
  argument,
  boardFlags,
  boardFor,
  type Case,
  hand,
  int32,
  nativeErrno,
  type Place,
  pathArgument,
  placeOf,
  type Supervision,
  uint32,
  type Verdict,
} from '../supervision.ts';

const AT_FDCWD = -100;
const O_CLOEXEC = 0o2000000;
const O_ACCMODE = 3;
const O_PATH = 0o10000000;
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
  if (place.kind === 'facts') return openFacts(given, asked, place, wanted);
  if (place.kind === 'stand-in') {
    const { kind, label } = place.standIn;
    // Files without a place of their own cannot be opened again, only pointed at.
    if ((wanted.flags & O_PATH) !== 0) return 'proceed';
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
  const facts = {
    kind,
    boardFd,
    label: path,
    accessMode: flags & O_ACCMODE,
    ...(content === undefined ? {} : { content }),
    onRelease: () => given.closeOnBoard(boardFd),
  };
  const handed = hand(given, asked, facts, (flags & O_CLOEXEC) !== 0);
  if (typeof handed !== 'number') return handed.fd;
  board.close(boardFd);
  return handed;
}

/** /proc/PID/fdinfo/N of a buffer: the board's words, with the references that programs hold. */
function openFacts(
  given: Supervision,
  asked: Case,
  { standIn: about, path }: Extract<Place, { kind: 'facts' }>,
  { flags }: OpenArguments,
): Verdict {
  const { process } = asked;
  const { board } = process;
  const boardFd = board.open(`/proc/${board.process.pid}/fdinfo/${about.boardFd}`, 0, 0);
  if (boardFd < 0) return boardFd;
  given.catchUp(process);
  const count = `count:\t${given.holdings.references(about)}\n`;
  const theirs = withoutMarks(given.readHostFile(path) ?? '');
  const text = Buffer.from(board.readAll(boardFd))
    .toString()
    .replace(/count:\t\d+\n/, count)
    .replace(/^ino:\t(\d+)\n/m, (line, inode: string) => line + locksIn(theirs, inode))
    .replace(/flags:\t0(\d+)/, (_, octal: string) => `flags:\t0${withCloseOnExec(octal, theirs)}`);
  const closeOnExec = (flags & O_CLOEXEC) !== 0;
  const facts = {
    kind: 'file',
    boardFd,
    label: 'fdinfo',
    accessMode: 0,
    content: Buffer.from(text),
    onRelease: () => given.closeOnBoard(boardFd),
  } as const;
  const handed = hand(given, asked, facts, closeOnExec);
  if (typeof handed !== 'number') return handed.fd;
  board.close(boardFd);
  return handed;
}

/** Locks are the host's to keep: its lines about them, with the board's inode. */
function locksIn(hostFacts: string, inode: string): string {
  const locks = hostFacts.match(/^lock:.*\n/gm) ?? [];
  return locks.map((line) => line.replace(/([0-9a-f]+:[0-9a-f]+:)\d+/, `$1${inode}`)).join('');
}

/** Flags with the close-on-exec mark of the program's own descriptor. */
function withCloseOnExec(octal: string, hostFacts: string): string {
  const own = Number.parseInt(/^flags:\t(\d+)/m.exec(hostFacts)?.[1] ?? '0', 8) & O_CLOEXEC;
  return ((Number.parseInt(octal, 8) & ~O_CLOEXEC) | own).toString(8).padStart(own === 0 ? 1 : 7, '0');
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
