import { decodeStat, type FileStatus, majorOf, minorOf, statSizeBytes } from '../../../linux/uapi/stat.ts';
import type { BoardProcess, Outcome } from '../board-process.ts';
import {
  argument,
  boardFor,
  type Case,
  give,
  int32,
  isHosts,
  pathArgument,
  placeOf,
  type Supervision,
  type Verdict,
} from '../supervision.ts';

const AT_FDCWD = -100;
const AT_SYMLINK_NOFOLLOW = 0x100;
const AT_EMPTY_PATH = 0x1000;
/** Flags of statx() that say how fresh the answer is to be: it always is. */
const AT_STATX_SYNC_TYPE = 0x6000;

/** A question about a file: by path, or by descriptor where the path is empty. */
interface Question {
  readonly folderFd: number;
  /** Undefined where the call has none. */
  readonly path: string | undefined;
  readonly flags: number;
}

type Ask = (
  board: BoardProcess,
  question: { readonly boardFd: number } | { readonly path: string },
) => Outcome;

/** What the board says of the file that a call means; undefined where it is the host's. */
function askBoard(
  given: Supervision,
  asked: Case,
  { folderFd, path, flags }: Question,
  ask: Ask,
): Outcome | undefined {
  const byDescriptor = path === undefined || (path === '' && (flags & AT_EMPTY_PATH) !== 0);
  if (byDescriptor) {
    const standIn = given.standIns.at(asked.trap.tid, folderFd);
    return standIn === undefined ? undefined : ask(asked.process.board, { boardFd: standIn.boardFd });
  }
  const place = placeOf(given, asked.trap, folderFd, path);
  if (isHosts(place)) return undefined;
  if (place.kind === 'board') return ask(boardFor(given, asked), { path: place.path });
  // The link itself is the host's; what it leads to is the board's.
  if ((flags & AT_SYMLINK_NOFOLLOW) !== 0) return undefined;
  return ask(asked.process.board, { boardFd: place.standIn.boardFd });
}

/** Asks for struct stat. */
function askStat(flags: number): Ask {
  return (board, question) =>
    board.withBytes(new Uint8Array(statSizeBytes), true, (address) => {
      if ('boardFd' in question) return board.call('fstat', question.boardFd, address);
      return board.onPath('newfstatat', question.path, (path) => [AT_FDCWD, path, address, flags]);
    });
}

function answerStat(
  given: Supervision,
  asked: Case,
  question: Question,
  resultAt: number,
  encode: (status: FileStatus) => Uint8Array,
): Verdict {
  const { trap } = asked;
  const outcome = askBoard(given, asked, question, askStat(question.flags & AT_SYMLINK_NOFOLLOW));
  if (outcome === undefined) return 'proceed';
  if (outcome.result < 0) return outcome.result;
  return give(given, trap, resultAt, encode(decodeStat(outcome.bytes)));
}

/** The path of a call; the host tells by itself of one that cannot be read. */
function question(given: Supervision, asked: Case, folderFd: number, pathAt: number, flags: number) {
  const path = pathArgument(given, asked.trap, pathAt);
  return path === undefined ? undefined : { folderFd, path, flags };
}

/** stat(), lstat() */
export function statPath(given: Supervision, asked: Case): Verdict {
  const flags = asked.trap.call.name === 'lstat' ? AT_SYMLINK_NOFOLLOW : 0;
  const about = question(given, asked, AT_FDCWD, 0, flags);
  if (about === undefined) return 'proceed';
  return answerStat(given, asked, about, 1, given.host.architecture.encodeStat);
}

/** newfstatat() */
export function statAt(given: Supervision, asked: Case): Verdict {
  const { trap } = asked;
  const about = question(given, asked, int32(trap, 0), 1, int32(trap, 3));
  if (about === undefined) return 'proceed';
  return answerStat(given, asked, about, 2, given.host.architecture.encodeStat);
}

/** fstat() */
export function statFd(given: Supervision, asked: Case): Verdict {
  const about = { folderFd: int32(asked.trap, 0), path: undefined, flags: 0 };
  return answerStat(given, asked, about, 1, given.host.architecture.encodeStat);
}

/** statx() */
export function statx(given: Supervision, asked: Case): Verdict {
  const { trap } = asked;
  const flags = int32(trap, 2) & ~AT_STATX_SYNC_TYPE;
  const noPath = argument(trap, 1) === 0 && (flags & AT_EMPTY_PATH) !== 0;
  const about = noPath
    ? { folderFd: int32(trap, 0), path: undefined, flags }
    : question(given, asked, int32(trap, 0), 1, flags);
  if (about === undefined) return 'proceed';
  return answerStat(given, asked, about, 4, encodeStatx);
}

/** struct statx: include/uapi/linux/stat.h. */
function encodeStatx(status: FileStatus): Uint8Array {
  const basicStats = 0x7ff;
  const bytes = new Uint8Array(256);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, basicStats, true);
  view.setUint32(4, status.blockSizeBytes, true);
  view.setUint32(16, status.links, true);
  view.setUint32(20, status.uid, true);
  view.setUint32(24, status.gid, true);
  view.setUint16(28, status.mode, true);
  view.setBigUint64(32, BigInt(status.inode), true);
  view.setBigUint64(40, BigInt(status.sizeBytes), true);
  view.setBigUint64(48, BigInt(status.blocks), true);
  for (const offset of [64, 96, 112]) {
    view.setBigInt64(offset, status.timeNanoseconds / 1_000_000_000n, true);
    view.setUint32(offset + 8, Number(status.timeNanoseconds % 1_000_000_000n), true);
  }
  view.setUint32(128, majorOf(status.specialDevice), true);
  view.setUint32(132, minorOf(status.specialDevice), true);
  view.setUint32(136, majorOf(status.device), true);
  view.setUint32(140, minorOf(status.device), true);
  return bytes;
}

const statFsBytes = 120;

/** statfs() */
export function statFsPath(given: Supervision, asked: Case): Verdict {
  const about = question(given, asked, AT_FDCWD, 0, 0);
  if (about === undefined) return 'proceed';
  return answerStatFs(given, asked, about);
}

/** fstatfs() */
export function statFsFd(given: Supervision, asked: Case): Verdict {
  return answerStatFs(given, asked, { folderFd: int32(asked.trap, 0), path: undefined, flags: 0 });
}

/** struct statfs is the same on all 64-bit machines. */
function answerStatFs(given: Supervision, asked: Case, about: Question): Verdict {
  const { trap } = asked;
  const outcome = askBoard(given, asked, about, (board, target) =>
    board.withBytes(new Uint8Array(statFsBytes), true, (address) => {
      if ('boardFd' in target) return board.call('fstatfs', target.boardFd, address);
      return board.onPath('statfs', target.path, (path) => [path, address]);
    }),
  );
  if (outcome === undefined) return 'proceed';
  const { result, bytes } = outcome;
  return result < 0 ? result : give(given, trap, 1, bytes);
}

/** access(), faccessat(), faccessat2() */
export function access(given: Supervision, asked: Case): Verdict {
  const { trap } = asked;
  const hasFolder = trap.call.name !== 'access';
  const at = hasFolder ? 1 : 0;
  const flags = trap.call.name === 'faccessat2' ? int32(trap, 3) : 0;
  const about = question(given, asked, hasFolder ? int32(trap, 0) : AT_FDCWD, at, flags);
  if (about === undefined) return 'proceed';
  const mode = int32(trap, at + 1);
  const outcome = askBoard(given, asked, about, (board, target) => {
    const result =
      'boardFd' in target
        ? board.onPath('faccessat2', '', (path) => [target.boardFd, path, mode, AT_EMPTY_PATH])
        : board.onPath('faccessat2', target.path, (path) => [AT_FDCWD, path, mode, flags]);
    return { result, bytes: new Uint8Array() };
  });
  if (outcome === undefined) return 'proceed';
  return outcome.result;
}

/** readlink(), readlinkat(): links of the board, and links of /proc to descriptors that stand for its files. */
export function readLink(given: Supervision, asked: Case): Verdict {
  const { trap } = asked;
  const at = trap.call.name === 'readlinkat' ? 1 : 0;
  const path = pathArgument(given, trap, at);
  if (path === undefined) return 'proceed';
  const place = placeOf(given, trap, at === 1 ? int32(trap, 0) : AT_FDCWD, path);
  if (isHosts(place)) return 'proceed';
  const size = int32(trap, at + 2);
  const { board } = asked.process;
  const outcome = board.withBytes(new Uint8Array(4096), true, (address) => {
    const link =
      place.kind === 'board' ? place.path : `/proc/${board.process.pid}/fd/${place.standIn.boardFd}`;
    return board.onPath('readlinkat', link, (text) => [AT_FDCWD, text, address, Math.min(size, 4096)]);
  });
  const { result, bytes } = outcome;
  if (result < 0) return result;
  return give(given, trap, at + 1, bytes.subarray(0, result), result);
}
