import { SCM_RIGHTS, SOL_SOCKET } from '../../../emulator/linux/uapi/socket.ts';
import type { Libc } from '../libc.ts';

/** struct cmsghdr with one descriptor: 16 bytes of header, 4 of data, padded to 8. */
const controlBytes = 24;
const controlLength = 20n;

/** Runs sendmsg() or recvmsg() with a message of one byte and room for one descriptor. */
function withMessage(
  libc: Libc,
  call: 'sendmsg' | 'recvmsg',
  socket: number,
  control: Uint8Array,
): { readonly ret: number; readonly controlLength: number } {
  return libc.withBytes(Uint8Array.of('d'.charCodeAt(0)), (data) => {
    const vector = new Uint8Array(16);
    new DataView(vector.buffer).setBigUint64(0, BigInt(data), true);
    new DataView(vector.buffer).setBigUint64(8, 1n, true);
    return libc.withBytes(vector, (iov) =>
      libc.withBytes(control, (controlAddress) => {
        const header = new Uint8Array(56);
        const view = new DataView(header.buffer);
        view.setBigUint64(16, BigInt(iov), true);
        view.setBigUint64(24, 1n, true);
        view.setBigUint64(32, BigInt(controlAddress), true);
        view.setBigUint64(40, BigInt(control.length), true);
        const ret = libc.withBytes(header, (address) => libc.call(call, socket, address, 0));
        return { ret, controlLength: Number(view.getBigUint64(40, true)) };
      }),
    );
  });
}

/** Sends a descriptor over a socket. */
export function sendDescriptor(libc: Libc, socket: number, fd: number): number {
  const control = new Uint8Array(controlBytes);
  const view = new DataView(control.buffer);
  view.setBigUint64(0, controlLength, true);
  view.setInt32(8, SOL_SOCKET, true);
  view.setInt32(12, SCM_RIGHTS, true);
  view.setInt32(16, fd, true);
  return withMessage(libc, 'sendmsg', socket, control).ret;
}

/** Receives one; `fd` is -1 where none came. */
export function receiveDescriptor(libc: Libc, socket: number): { readonly ret: number; readonly fd: number } {
  const control = new Uint8Array(controlBytes);
  const { ret, controlLength: length } = withMessage(libc, 'recvmsg', socket, control);
  const came = ret >= 0 && length >= Number(controlLength);
  return { ret, fd: came ? new DataView(control.buffer).getInt32(16, true) : -1 };
}
