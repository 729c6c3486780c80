import { MSG_CTRUNC, SCM_RIGHTS, SOL_SOCKET } from '../linux/uapi/socket.ts';
import type { Process } from '../userland/process.ts';

const headerBytes = 56;
const controlHeaderBytes = 16;

/** A pair of connected local sockets; the type may carry SOCK_NONBLOCK and SOCK_CLOEXEC. */
export function socketPair(process: Process, type: number): readonly [number, number] {
  const address = process.memory.push(new Uint8Array(8));
  try {
    process.syscall('socketpair', 1, type, 0, address);
    const view = new DataView(process.memory.read(address, 8).buffer);
    return [view.getInt32(0, true), view.getInt32(4, true)];
  } finally {
    process.memory.pop(address);
  }
}

/** Runs a call on a struct msghdr with one vector, and hands the header's and the parts' addresses to `after`. */
function withMessage<Result>(
  process: Process,
  data: Uint8Array,
  control: Uint8Array,
  use: (message: { readonly header: number; readonly data: number; readonly control: number }) => Result,
): Result {
  const { memory } = process;
  const dataAt = memory.push(data);
  try {
    const controlAt = memory.push(control);
    const vector = new Uint8Array(16);
    new DataView(vector.buffer).setBigUint64(0, BigInt(dataAt), true);
    new DataView(vector.buffer).setBigUint64(8, BigInt(data.length), true);
    const vectorAt = memory.push(vector);
    const header = new Uint8Array(headerBytes);
    const view = new DataView(header.buffer);
    view.setBigUint64(16, BigInt(vectorAt), true);
    view.setBigUint64(24, 1n, true);
    view.setBigUint64(32, BigInt(controlAt), true);
    view.setBigUint64(40, BigInt(control.length), true);
    return use({ header: memory.push(header), data: dataAt, control: controlAt });
  } finally {
    if (process.isAlive) memory.pop(dataAt);
  }
}

/** sendmsg() of a text and descriptors (SCM_RIGHTS): how many bytes were taken. */
export function sendRights(
  process: Process,
  socket: number,
  text: string,
  fds: readonly number[] = [],
): number {
  const control = new Uint8Array(
    fds.length === 0 ? 0 : Math.ceil((controlHeaderBytes + fds.length * 4) / 8) * 8,
  );
  if (fds.length > 0) {
    const view = new DataView(control.buffer);
    view.setBigUint64(0, BigInt(controlHeaderBytes + fds.length * 4), true);
    view.setInt32(8, SOL_SOCKET, true);
    view.setInt32(12, SCM_RIGHTS, true);
    fds.forEach((fd, index) => {
      view.setInt32(controlHeaderBytes + index * 4, fd, true);
    });
  }
  return withMessage(process, new TextEncoder().encode(text), control, ({ header }) =>
    process.syscall('sendmsg', socket, header, 0),
  );
}

/** What recvmsg() gave. */
export interface ReceivedMessage {
  readonly text: string;
  readonly fds: readonly number[];
  /** MSG_CTRUNC: some descriptors had no room. */
  readonly isCut: boolean;
}

/** recvmsg() with room for some bytes and descriptors. */
export function receiveRights(process: Process, socket: number, bytes = 64, room = 8): ReceivedMessage {
  const control = new Uint8Array(room === 0 ? 0 : controlHeaderBytes + Math.ceil(room / 2) * 8);
  return withMessage(process, new Uint8Array(bytes), control, ({ header, data, control: controlAt }) => {
    const count = process.syscall('recvmsg', socket, header, 0);
    const end = new DataView(process.memory.read(header, headerBytes).buffer);
    const length = Number(end.getBigUint64(40, true));
    const rights = new DataView(process.memory.read(controlAt, control.length).buffer);
    const fdCount = Math.max(0, Math.floor((length - controlHeaderBytes) / 4));
    const known = fdCount === 0 ? 0 : (Number(rights.getBigUint64(0, true)) - controlHeaderBytes) / 4;
    return {
      text: new TextDecoder().decode(process.memory.read(data, count)),
      fds: Array.from({ length: known }, (_, index) => rights.getInt32(controlHeaderBytes + index * 4, true)),
      isCut: (end.getUint32(48, true) & MSG_CTRUNC) !== 0,
    };
  });
}
