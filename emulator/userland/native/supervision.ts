import type { Trap, TrapAnswers } from './backend.ts';
import type { BoardProcess } from './board-process.ts';
import type { Holdings } from './holdings.ts';
import { boardOpenFlags, hostOpenFlags } from './host/architecture.ts';
import { type Host, peekString } from './host/host.ts';
import type { HostRegister } from './host/library.ts';
import type { NativeProcess, NativeProcesses } from './native-process.ts';
import {
  descriptorFactsPath,
  descriptorPath,
  isRedirected,
  mayBeRedirected,
  normalised,
} from './redirects.ts';
import type { Handed, StandIn, StandInFacts } from './stand-in.ts';
import type { StandIns } from './stand-ins.ts';

/** Errnos that the supervision itself gives; they are the same on host and board. */
export const nativeErrno = {
  EFAULT: 14,
  ENAMETOOLONG: 36,
  ENXIO: 6,
  ENOTDIR: 20,
  EMFILE: 24,
  EOPNOTSUPP: 95,
  ENFILE: 23,
} as const;

const AT_FDCWD = -100;
const decoder = new TextDecoder();

/** What a path of a program means. */
export type Place =
  | { readonly kind: 'host' }
  /** A normalised path of the board. */
  | { readonly kind: 'board'; readonly path: string }
  /** One of the process's own descriptors, by its link in /proc. */
  | { readonly kind: 'stand-in'; readonly standIn: StandIn }
  /** What /proc tells about such a descriptor. */
  | { readonly kind: 'facts'; readonly standIn: StandIn; readonly path: string };

/** Whether a place is the host's business, also where it is about a file of the board. */
export function isHosts(place: Place): place is Extract<Place, { kind: 'host' | 'facts' }> {
  return place.kind === 'host' || place.kind === 'facts';
}

const hostPlace: Place = { kind: 'host' };

/** A buffer that has just been allocated: what the board says of it. */
export interface FreshBuffer {
  readonly id: number;
  readonly heap: string;
  readonly sizeBytes: number;
}

/** What those who answer calls have at hand. */
export interface Supervision {
  readonly host: Host;
  readonly answers: TrapAnswers;
  readonly standIns: StandIns;
  readonly processes: NativeProcesses;
  readonly holdings: Holdings;
  /** The buffer that the last call on the board made, and only once. */
  takeFreshBuffer(): FreshBuffer | undefined;
  /** Files of the board for those of the host that a call moves bytes from or to. */
  ordinaryFile(): number;
  ordinaryPipe(): { readonly input: number; readonly output: number };
  /** The number that the next file of the board gets. */
  lowestFreeOnBoard(): number;
  /** Takes notice of all that was closed before a call of a process, which has let go of it and goes on. */
  catchUp(process: NativeProcess): void;
  /** A program got a descriptor for a file of the board. */
  handed(standIn: StandIn, tid: number, fd: number): void;
  /** Keeps a trap until its process on the board wakes, and dispatches it again. */
  hold(trap: Trap): void;
  /** The bytes before a NUL, at most `limit`; undefined at a fault. */
  peekText(trap: Trap, index: number, limit: number): Uint8Array | undefined;
  /** Closes a descriptor of the board, whoever opened it. */
  closeOnBoard(boardFd: number): void;
  /** Says at the end, once, where a host's limit was met. */
  note(text: string): void;
  /** Reads a file of the host. */
  readHostFile(path: string): string | undefined;
}

/** What comes of a call: its result, that the host makes it, or that it waits and is to be tried again. */
export type Verdict = number | 'proceed' | 'held';

/** A trap with what is known of who is in it. */
export interface Case {
  readonly trap: Trap;
  readonly process: NativeProcess;
}

export function argument(trap: Trap, index: number): HostRegister {
  return trap.values[index] ?? 0;
}

export function int32(trap: Trap, index: number): number {
  const value = argument(trap, index);
  return typeof value === 'bigint' ? Number(BigInt.asIntN(32, value)) : value | 0;
}

export function uint32(trap: Trap, index: number): number {
  return int32(trap, index) >>> 0;
}

/** Open flags of the board as the host has them. */
export function hostFlags(given: Supervision, flags: number): number {
  return hostOpenFlags(given.host.architecture, flags);
}

/** Open flags as the board has them. */
export function boardFlags(given: Supervision, flags: number): number {
  return boardOpenFlags(given.host.architecture, flags);
}

/** A path argument; undefined where it cannot be read, which the host will say by itself. */
export function pathArgument(given: Supervision, trap: Trap, index: number): string | undefined {
  const bytes = peekString(given.host, trap.tid, argument(trap, index), 4096);
  return bytes === undefined || bytes.length >= 4096 ? undefined : decoder.decode(bytes);
}

/** Where a path leads, from a folder's descriptor on. Relative paths start in folders of the board too. */
export function placeOf(given: Supervision, trap: Trap, folderFd: number, path: string): Place {
  if (path === '') return hostPlace;
  if (path.startsWith('/')) return placeOfAbsolute(given, trap, path);
  const link = folderFd === AT_FDCWD ? 'cwd' : `fd/${folderFd}`;
  const base = given.host.readLink(`/proc/${trap.tid}/${link}`);
  if (base === undefined) return hostPlace;
  const folder = folderFd === AT_FDCWD ? undefined : given.standIns.named(base);
  return placeOfAbsolute(given, trap, `${folder?.label ?? base}/${path}`);
}

function placeOfAbsolute(given: Supervision, trap: Trap, path: string): Place {
  if (!mayBeRedirected(path)) return hostPlace;
  const plain = normalised(path);
  const descriptor = descriptorPath(plain);
  if (descriptor !== undefined) {
    const tid = descriptor.process === undefined ? trap.tid : Number(descriptor.process);
    const standIn = given.standIns.at(tid, descriptor.fd);
    return standIn === undefined ? hostPlace : { kind: 'stand-in', standIn };
  }
  const told = descriptorFactsPath(plain);
  const about = told === undefined ? undefined : given.standIns.at(Number(told.process ?? trap.tid), told.fd);
  if (about?.kind === 'buffer') {
    const path = plain.replace(/^\/proc\/(self|thread-self)\//, `/proc/${trap.tid}/`);
    return { kind: 'facts', standIn: about, path };
  }
  return isRedirected(plain) ? { kind: 'board', path: plain } : hostPlace;
}

/** Gives a program a new stand-in: what it has got, or -errno. */
export function hand(
  given: Supervision,
  { trap, process }: Case,
  facts: StandInFacts,
  closeOnExec: boolean,
): Handed | number {
  const { answers } = given;
  const handed = given.standIns.hand(facts, {
    reopens: answers.reopens,
    pid: process.pid,
    install: (fd, flags) => answers.install(trap, fd, flags, closeOnExec),
    linkOf: (fd) => `/proc/${trap.tid}/fd/${fd}`,
  });
  if (typeof handed !== 'number') given.handed(handed.standIn, trap.tid, handed.fd);
  return handed;
}

/** Writes a result into the program: the value, or -EFAULT. */
export function give(given: Supervision, trap: Trap, index: number, bytes: Uint8Array, value = 0): number {
  return given.host.poke(trap.tid, argument(trap, index), bytes) ? value : -nativeErrno.EFAULT;
}

/** The board's counterpart of the process in a trap, as the user it is by now; what was closed before is gone. */
export function boardFor(given: Supervision, { process }: Case): BoardProcess {
  given.catchUp(process);
  return given.processes.boardOf(process);
}
