import type { OpenFile } from '../fs/file.ts';
import { readVectors, type UserRange } from '../fs/read-write.ts';
import type { Kernel } from '../init/kernel.ts';
import type { Task } from '../kernel/task.ts';
import { copyToUser, readUser } from '../mm/uaccess.ts';
import { type Errno, errno } from '../uapi/errno.ts';
import { MSG_CMSG_CLOEXEC, MSG_CTRUNC, MSG_DONTWAIT, SCM_RIGHTS, SOL_SOCKET } from '../uapi/socket.ts';
import { UnixSocketFile } from './unix-socket.ts';

/** sendmsg() and recvmsg() with SCM_RIGHTS. Plays net/socket.c, net/core/scm.c. */

/**
 * struct msghdr of 64-bit machines: name u64 @0, namelen u32 @8, iov u64 @16, iovlen u64 @24, control u64 @32,
 * controllen u64 @40, flags u32 @48.
 */
const headerBytes = 56;
/** struct cmsghdr: len u64 @0, level s32 @8, type s32 @12, then data. */
const controlHeaderBytes = 16;
/** SCM_MAX_FD */
const maximumFiles = 253;

interface Header {
  readonly vectors: number;
  readonly vectorCount: number;
  readonly control: number;
  readonly controlBytes: number;
}

function readHeader(task: Task, address: number): Header | Errno {
  const bytes = readUser(task, address, headerBytes);
  if (typeof bytes === 'number') return bytes;
  const view = new DataView(bytes.buffer);
  return {
    vectors: Number(view.getBigUint64(16, true)),
    vectorCount: Number(view.getBigUint64(24, true)),
    control: Number(view.getBigUint64(32, true)),
    controlBytes: Number(view.getBigUint64(40, true)),
  };
}

function socketAt(task: Task, fd: number): UnixSocketFile | Errno {
  const file = task.files.get(fd);
  if (file === undefined) return -errno.EBADF;
  return file instanceof UnixSocketFile ? file : -errno.ENOTSOCK;
}

/** What sendmsg() and recvmsg() are told: the socket, the header and where the data lies. */
interface MessageCall {
  readonly socket: UnixSocketFile;
  readonly header: Header;
  readonly ranges: readonly UserRange[];
}

function readCall(task: Task, fd: number, address: number): MessageCall | Errno {
  const socket = socketAt(task, fd);
  if (typeof socket === 'number') return socket;
  const header = readHeader(task, address);
  if (typeof header === 'number') return header;
  const ranges = readVectors(task, header.vectors, header.vectorCount);
  return typeof ranges === 'number' ? ranges : { socket, header, ranges };
}

/** The files that a control message names; without references of their own yet. */
function filesIn(task: Task, control: Uint8Array): OpenFile[] | Errno {
  const view = new DataView(control.buffer, control.byteOffset, control.byteLength);
  const files: OpenFile[] = [];
  for (let offset = 0; offset + controlHeaderBytes <= control.length; ) {
    const length = Number(view.getBigUint64(offset, true));
    if (length < controlHeaderBytes || offset + length > control.length) return -errno.EINVAL;
    if (view.getInt32(offset + 8, true) === SOL_SOCKET) {
      if (view.getInt32(offset + 12, true) !== SCM_RIGHTS) return -errno.EINVAL;
      for (let at = offset + controlHeaderBytes; at + 4 <= offset + length; at += 4) {
        const file = task.files.get(view.getInt32(at, true));
        if (file === undefined) return -errno.EBADF;
        files.push(file);
      }
    }
    offset += Math.ceil(length / 8) * 8;
  }
  return files.length > maximumFiles ? -errno.EINVAL : files;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let filled = 0;
  for (const part of parts) {
    bytes.set(part, filled);
    filled += part.length;
  }
  return bytes;
}

/** ___sys_sendmsg() */
export function sendMessage(kernel: Kernel, task: Task, fd: number, address: number, flags: number): Errno {
  const call = readCall(task, fd, address);
  if (typeof call === 'number') return call;
  const { socket, header, ranges } = call;
  const control = readUser(task, header.control, header.controlBytes);
  if (typeof control === 'number') return control;
  const files = filesIn(task, control);
  if (typeof files === 'number') return files;
  const parts: Uint8Array[] = [];
  for (const range of ranges) {
    const part = readUser(task, range.address, range.lengthBytes);
    if (typeof part === 'number') return part;
    parts.push(part);
  }
  const bytes = joined(parts);
  for (const file of files) file.get();
  const sent = socket.send({ bytes, files }, kernel, task, (flags & MSG_DONTWAIT) !== 0);
  if (sent < 0) for (const file of files) file.put(kernel, 'in-flight', task);
  return sent;
}

/** ___sys_recvmsg() */
export function receiveMessage(
  kernel: Kernel,
  task: Task,
  fd: number,
  address: number,
  flags: number,
): Errno {
  const call = readCall(task, fd, address);
  if (typeof call === 'number') return call;
  const { socket, header, ranges } = call;
  const room = ranges.reduce((sum, range) => sum + range.lengthBytes, 0);
  const message = socket.receive(room, kernel, task, (flags & MSG_DONTWAIT) !== 0);
  if (typeof message === 'number') return message;
  let used = 0;
  for (const range of ranges) {
    const part = message.bytes.subarray(used, used + range.lengthBytes);
    if (!copyToUser(task, range.address, part)) return -errno.EFAULT;
    used += part.length;
  }
  const installed = installFiles(kernel, task, header, message.files, (flags & MSG_CMSG_CLOEXEC) !== 0);
  const tail = new Uint8Array(16);
  const view = new DataView(tail.buffer);
  view.setBigUint64(0, BigInt(installed.controlBytes), true);
  view.setUint32(8, installed.truncated ? MSG_CTRUNC : 0, true);
  return copyToUser(task, address + 40, tail) ? used : -errno.EFAULT;
}

/** scm_detach_fds(): as many descriptors as have room; the other files are dropped. */
function installFiles(
  kernel: Kernel,
  task: Task,
  header: Header,
  files: readonly OpenFile[],
  closeOnExec: boolean,
): { readonly controlBytes: number; readonly truncated: boolean } {
  const room = Math.max(0, Math.floor((header.controlBytes - controlHeaderBytes) / 4));
  const numbers: number[] = [];
  for (const [index, file] of files.entries()) {
    const fd = index < room ? task.files.reserve(task.limits.files, closeOnExec) : -1;
    if (fd < 0) {
      file.put(kernel, 'in-flight', task);
      continue;
    }
    task.files.install(fd, file);
    numbers.push(fd);
  }
  const truncated = numbers.length < files.length;
  if (numbers.length === 0) return { controlBytes: 0, truncated };
  const length = controlHeaderBytes + numbers.length * 4;
  const bytes = new Uint8Array(Math.ceil(length / 8) * 8);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(length), true);
  view.setInt32(8, SOL_SOCKET, true);
  view.setInt32(12, SCM_RIGHTS, true);
  numbers.forEach((fd, index) => {
    view.setInt32(controlHeaderBytes + index * 4, fd, true);
  });
  copyToUser(task, header.control, bytes, Math.min(bytes.length, header.controlBytes));
  return { controlBytes: Math.min(bytes.length, header.controlBytes), truncated };
}
