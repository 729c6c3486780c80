import {
  MAP_FIXED,
  MAP_FIXED_NOREPLACE,
  MAP_HUGETLB,
  MAP_LOCKED,
  MAP_POPULATE,
} from '../../../linux/uapi/mman.ts';
import {
  argument,
  type Case,
  int32,
  pathArgument,
  placeOf,
  type Supervision,
  type Verdict,
} from '../supervision.ts';

const AT_FDCWD = -100;

/** What concerns the address space of the program, which the board's process does not share. */
const hostMapFlags = MAP_FIXED | MAP_FIXED_NOREPLACE | MAP_LOCKED | MAP_POPULATE | MAP_HUGETLB;

/** mmap() of a file: the board says whether it may be, and the host maps what stands for it. */
export function map(given: Supervision, asked: Case): Verdict {
  const { trap, process } = asked;
  const standIn = given.standIns.at(trap.tid, int32(trap, 4));
  if (standIn === undefined) return 'proceed';
  const { board } = process;
  const length = argument(trap, 1);
  const flags = int32(trap, 3) & ~hostMapFlags;
  const mapped = board.call('mmap', 0, length, int32(trap, 2), flags, standIn.boardFd, argument(trap, 5));
  if (mapped < 0) return mapped;
  board.call('munmap', mapped, length);
  if (standIn.kind === 'buffer') given.holdings.holds(process, standIn);
  return 'proceed';
}

/** Calls that the board answers for a descriptor by the plain values of their arguments. */
export function onDescriptor(given: Supervision, { trap, process }: Case): Verdict {
  const standIn = given.standIns.at(trap.tid, int32(trap, 0));
  if (standIn === undefined || standIn.kind === 'file' || standIn.kind === 'folder') return 'proceed';
  const rest = trap.values.slice(1, 4);
  return process.board.call(trap.call.name, standIn.boardFd, ...rest);
}

const ENODATA = 61;

/** getxattr(), listxattr() and their kin: files of the board have no attributes. */
export function attributes(given: Supervision, { trap }: Case): Verdict {
  const path = pathArgument(given, trap, 0);
  if (path === undefined || placeOf(given, trap, AT_FDCWD, path).kind !== 'board') return 'proceed';
  return trap.call.name.endsWith('getxattr') ? -ENODATA : 0;
}

/** execve(), execveat(): another program from here on, where it succeeds. */
export function exec(_given: Supervision, { process }: Case): Verdict {
  process.forgetProgram();
  return 'proceed';
}

/** exit_group(): what is still held now vanishes with the process. */
export function exit(given: Supervision, { process }: Case): Verdict {
  given.holdings.exits(process);
  return 'proceed';
}

/** exit(): the process goes on with its other threads; the last one ends it. Programs without a C library end so. */
export function exitThread(given: Supervision, asked: Case): Verdict {
  const { trap, process } = asked;
  return given.processes.hasOtherThreads(process, trap.tid) ? 'proceed' : exit(given, asked);
}
