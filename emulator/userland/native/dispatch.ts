import { signals } from '../../linux/uapi/signal.ts';
import { ProcessEnded, WaitsForever } from '../errors.ts';
import type { Trap } from './backend.ts';
import { control } from './calls/control.ts';
import { list } from './calls/list.ts';
import { create, open, open2 } from './calls/open.ts';
import { attributes, exec, exit, exitThread, map, onDescriptor } from './calls/other.ts';
import { access, readLink, statAt, statFd, statFsFd, statFsPath, statPath, statx } from './calls/status.ts';
import { controlFile, move, vector } from './calls/transfer.ts';
import type { NativeProcess } from './native-process.ts';
import type { Case, Supervision, Verdict } from './supervision.ts';
import type { TrapKind } from './trapped-calls.ts';

/** Who answers which call. */
const handlers: Readonly<Record<TrapKind, (given: Supervision, asked: Case) => Verdict>> = {
  open,
  open2,
  create,
  'stat-path': statPath,
  'stat-at': statAt,
  'stat-fd': statFd,
  statx,
  'statfs-path': statFsPath,
  'statfs-fd': statFsFd,
  access,
  'access-at': access,
  readlink: readLink,
  'readlink-at': readLink,
  list,
  attributes,
  ioctl: control,
  map,
  truncate: onDescriptor,
  allocate: onDescriptor,
  flush: onDescriptor,
  seek: onDescriptor,
  'control-file': controlFile,
  vector,
  move,
  exec,
  exit,
  'exit-thread': exitThread,
};

/** Decides what becomes of a call, without answering it. */
export function decide(given: Supervision, trap: Trap, process: NativeProcess | undefined): Verdict {
  const { kind } = trap.call;
  return kind === 'refused' || process === undefined ? 'proceed' : handle(given, { trap, process }, kind);
}

/** Answers a call as it was decided. */
export function settle(given: Supervision, trap: Trap, verdict: Verdict): void {
  if (verdict === 'held') given.hold(trap);
  else if (verdict === 'proceed') given.answers.proceed(trap);
  else given.answers.answer(trap, verdict);
}

/** What only other programs can wake sleeps until they do. Where the board ends its process in the course of a call (it ran out of memory), the host's goes the same way. */
function handle(given: Supervision, asked: Case, kind: TrapKind): Verdict {
  try {
    return handlers[kind](given, asked);
  } catch (error) {
    if (error instanceof WaitsForever) return 'held';
    if (!(error instanceof ProcessEnded)) throw error;
    const signal = error.status?.kind === 'killed' ? error.status.signal : signals.SIGKILL;
    // Unless it is killed for certain, it may have a handler.
    if (signal !== signals.SIGKILL) given.processes.detachBoard(asked.process);
    given.host.kill(asked.process.pid, signal);
    return -EINTR;
  }
}

const EINTR = 4;
