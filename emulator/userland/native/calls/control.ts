import {
  DMA_BUF_IOCTL_EXPORT_SYNC_FILE,
  DMA_BUF_IOCTL_IMPORT_SYNC_FILE,
  DMA_BUF_NAME_LEN,
  DMA_BUF_SET_NAME_A,
  DMA_BUF_SET_NAME_B,
} from '../../../linux/uapi/dma-buf.ts';
import {
  FICLONE,
  FIGETBSZ,
  FIOASYNC,
  FIONBIO,
  FIONREAD,
  ioctlReads,
  ioctlSize,
} from '../../../linux/uapi/ioctl.ts';
import {
  SW_SYNC_IOC_CREATE_FENCE,
  SYNC_IOC_FILE_INFO,
  SYNC_IOC_MERGE,
} from '../../../linux/uapi/sync-file.ts';
import type { StandIn } from '../stand-in.ts';
import { argument, type Case, type Supervision, uint32, type Verdict } from '../supervision.ts';
import { handNew } from './hand-new.ts';
import { createUdmabuf, isUdmabufRequest } from './udmabuf.ts';

const F_GETFD = 1;

/** What a request's argument holds beside plain values. */
interface RequestShape {
  readonly request: number;
  /** Of older requests, whose numbers do not tell it. */
  readonly sizeBytes?: number;
  /** Where a descriptor of the program is given. */
  readonly fdIn?: number;
  /** Where the new descriptor is reported. */
  readonly fdOut?: number;
}

/** Requests of buffers and sync files with descriptors in their arguments. */
const shapes: readonly RequestShape[] = [
  { request: SW_SYNC_IOC_CREATE_FENCE, fdOut: 36 },
  { request: FIGETBSZ, sizeBytes: 4 },
  { request: FIONBIO, sizeBytes: 4 },
  { request: FIOASYNC, sizeBytes: 4 },
  { request: FIONREAD, sizeBytes: 4 },
  { request: DMA_BUF_IOCTL_EXPORT_SYNC_FILE, fdOut: 4 },
  { request: DMA_BUF_IOCTL_IMPORT_SYNC_FILE, fdIn: 4 },
  { request: SYNC_IOC_MERGE, fdIn: 32, fdOut: 36 },
];

/** Of a heap: the request's number decides, whatever its type byte says. */
const allocationFdAt = 8;

const udmabufPath = '/dev/udmabuf';

/** ioctl() on what stands for a file of the board. */
export function control(given: Supervision, asked: Case): Verdict {
  const { trap, process } = asked;
  const standIn = given.standIns.at(trap.tid, uint32(trap, 0));
  if (standIn === undefined) return 'proceed';
  given.catchUp(process);
  if (standIn.kind === 'buffer') given.holdings.holds(process, standIn);
  const request = uint32(trap, 1);
  if (request === DMA_BUF_SET_NAME_A || request === DMA_BUF_SET_NAME_B) {
    return setName(given, asked, standIn, request);
  }
  if (isUdmabufRequest(request) && standIn.label === udmabufPath) {
    return createUdmabuf(given, asked, standIn, request);
  }
  if (request === SYNC_IOC_FILE_INFO && standIn.kind === 'sync-file') {
    return fileInfo(given, asked, standIn);
  }
  if (request === FICLONE) {
    const source = given.standIns.at(trap.tid, uint32(trap, 2));
    return process.board.call('ioctl', standIn.boardFd, request, source?.boardFd ?? given.ordinaryFile());
  }
  return plainControl(given, asked, standIn, request);
}

/** A request whose argument is a struct of the size that its number tells. */
function plainControl(given: Supervision, asked: Case, standIn: StandIn, request: number): Verdict {
  const { trap, process } = asked;
  const { board } = process;
  const shape = shapes.find((each) => each.request === request);
  const size = shape?.sizeBytes ?? ioctlSize(request);
  const address = argument(trap, 2);
  const bytes = size === 0 ? undefined : given.host.peek(trap.tid, address, size)?.slice();
  if (bytes !== undefined && shape?.fdIn !== undefined) translateIn(given, asked, bytes, shape.fdIn);
  const reads = bytes !== undefined && (ioctlReads(request) || request === FIGETBSZ);
  const writable = !reads || given.host.poke(trap.tid, address, bytes);
  const fdAt = standIn.kind === 'device' ? allocationFdAt : shape?.fdOut;
  const tells = reads && writable && fdAt !== undefined && fdAt + 4 <= size;
  // A call that reports no descriptor may have made one: an ALLOC whose answer cannot be written.
  const lowestFree = tells ? -1 : given.lowestFreeOnBoard();
  const outcome = board.ioctl(standIn.boardFd, request, { bytes, writable });
  const { result } = outcome;
  const answer = new DataView(outcome.bytes.buffer, outcome.bytes.byteOffset, outcome.bytes.length);
  let made = tells && result >= 0 ? answer.getInt32(fdAt, true) : -1;
  if (!tells && board.call('fcntl', lowestFree, F_GETFD) >= 0) made = lowestFree;
  if (made >= 0) {
    const fd = handNew(given, asked, made);
    if (fd < 0 || result < 0) return fd < 0 ? fd : result;
    if (tells) answer.setInt32(fdAt, fd, true);
  }
  if (reads && result >= 0) given.host.poke(trap.tid, address, outcome.bytes);
  return result;
}

/** A descriptor of the program as the board's number of the same file; what is none of the board's is no file there. */
function translateIn(given: Supervision, { trap }: Case, bytes: Uint8Array, at: number): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const fd = view.getInt32(at, true);
  const standIn = fd < 0 ? undefined : given.standIns.at(trap.tid, fd);
  view.setInt32(at, standIn?.boardFd ?? -1, true);
}

/** DMA_BUF_SET_NAME: the argument is the address of the text itself. */
function setName(given: Supervision, { trap, process }: Case, standIn: StandIn, request: number): number {
  const name = given.peekText(trap, 2, DMA_BUF_NAME_LEN);
  const bytes = name === undefined ? undefined : new Uint8Array(DMA_BUF_NAME_LEN + 1);
  if (name !== undefined) bytes?.set(name);
  return process.board.ioctl(standIn.boardFd, request, { bytes, writable: true }).result;
}

/** SYNC_IOC_FILE_INFO: the argument holds an address of its own, for records of 80 bytes each. */
function fileInfo(given: Supervision, { trap, process }: Case, standIn: StandIn): number {
  const recordBytes = 80;
  const { board } = process;
  const address = argument(trap, 2);
  const bytes = given.host.peek(trap.tid, address, 56)?.slice();
  if (bytes === undefined)
    return board.ioctl(standIn.boardFd, SYNC_IOC_FILE_INFO, { bytes, writable: true }).result;
  const view = new DataView(bytes.buffer);
  const target = view.getBigUint64(48, true);
  const room = Math.min(view.getUint32(40, true), 256) * recordBytes;
  const records = board.withBytes(new Uint8Array(room), true, (inner) => {
    view.setBigUint64(48, BigInt(inner), true);
    const outcome = board.ioctl(standIn.boardFd, SYNC_IOC_FILE_INFO, { bytes, writable: true });
    bytes.set(outcome.bytes);
    return outcome.result;
  });
  view.setBigUint64(48, target, true);
  if (records.result < 0) return records.result;
  const filled = records.bytes.subarray(0, view.getUint32(40, true) * recordBytes);
  const given1 = given.host.poke(trap.tid, target, filled) && given.host.poke(trap.tid, address, bytes);
  return given1 ? records.result : -14;
}
