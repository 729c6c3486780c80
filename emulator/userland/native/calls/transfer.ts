import type { StandIn } from '../stand-in.ts';
import {
  argument,
  boardFlags,
  type Case,
  hostFlags,
  int32,
  type Supervision,
  type Verdict,
} from '../supervision.ts';

const F_GETFL = 3;
const F_SETFL = 4;
/** Nobody's memory. */
const nowhere = 16;

/** Whether the board answers for a descriptor: a device, a buffer or a sync file, on which nothing is read or written. */
function isBoards(standIn: StandIn | undefined): standIn is StandIn {
  return standIn !== undefined && standIn.kind !== 'file' && standIn.kind !== 'folder';
}

/** fcntl(), for what the file itself decides. */
export function controlFile(given: Supervision, { trap, process }: Case): Verdict {
  const standIn = given.standIns.at(trap.tid, int32(trap, 0));
  if (!isBoards(standIn)) return 'proceed';
  const command = int32(trap, 1);
  const value = command === F_SETFL ? boardFlags(given, int32(trap, 2)) : argument(trap, 2);
  const result = process.board.call('fcntl', standIn.boardFd, command, value);
  return command === F_GETFL && result >= 0 ? hostFlags(given, result) : result;
}

/** readv(), writev(): the number of parts is looked at before their memory is. */
export function vector(given: Supervision, { trap, process }: Case): Verdict {
  const standIn = given.standIns.at(trap.tid, int32(trap, 0));
  if (!isBoards(standIn)) return 'proceed';
  const count = int32(trap, 2);
  const parts =
    count >= 0 && count <= 1024 ? given.host.peek(trap.tid, argument(trap, 1), count * 16) : undefined;
  const { board } = process;
  const call = (address: number) => board.call(trap.call.name, standIn.boardFd, address, count);
  return parts === undefined ? call(nowhere) : board.withBytes(parts.slice(), true, call).result;
}

/** Where calls that move bytes from file to file have their descriptors: [from, to]. */
const descriptorsAt: Readonly<Record<string, readonly [number, number]>> = {
  splice: [0, 2],
  sendfile: [1, 0],
  copy_file_range: [0, 2],
};

/** splice(), sendfile(), copy_file_range(): the other file is the host's, and has an ordinary one in its place. */
export function move(given: Supervision, { trap, process }: Case): Verdict {
  const [fromAt, toAt] = descriptorsAt[trap.call.name] ?? [0, 0];
  const [from, to] = [fromAt, toAt].map((at) => given.standIns.at(trap.tid, int32(trap, at)));
  if (!isBoards(from) && !isBoards(to)) return 'proceed';
  const values = trap.values.slice();
  const other = (isPipe: boolean, end: 'input' | 'output') =>
    isPipe ? given.ordinaryPipe()[end] : given.ordinaryFile();
  const pipeAt = (at: number) =>
    given.host.readLink(`/proc/${trap.tid}/fd/${int32(trap, at)}`)?.startsWith('pipe:') === true;
  values[fromAt] = isBoards(from) ? from.boardFd : other(pipeAt(fromAt), 'output');
  values[toAt] = isBoards(to) ? to.boardFd : other(pipeAt(toAt), 'input');
  // Offsets are pointers of the program; both files are asked at their own positions.
  for (const at of trap.call.name === 'sendfile' ? [2] : [1, 3]) values[at] = 0;
  return process.board.call(trap.call.name, ...values);
}
