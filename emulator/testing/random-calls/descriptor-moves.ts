import { DmaBufFile } from '../../linux/drivers/dma-buf/dma-buf.ts';
import {
  F_DUPFD,
  F_DUPFD_CLOEXEC,
  F_GETFD,
  F_GETFL,
  F_SETFD,
  F_SETFL,
  O_CLOEXEC,
  O_NONBLOCK,
} from '../../linux/uapi/fcntl.ts';
import { RLIMIT_NOFILE } from '../../linux/uapi/resource.ts';
import { AF_UNIX, MSG_CMSG_CLOEXEC, MSG_DONTWAIT, SCM_RIGHTS, SOL_SOCKET } from '../../linux/uapi/socket.ts';
import { bufferDescriptor, descriptor, descriptorOf, type Move, pick, words } from './move.ts';
import { arena } from './world.ts';

/** Where the parts of a message lie in the arena. */
const message = { header: 0, vector: 0x100, control: 0x200, data: 0x400 } as const;

/** struct msghdr with one vector of some bytes, and room or content for descriptors. */
function messageHeader(dataBytes: number, controlBytes: number): Uint8Array {
  const bytes = new Uint8Array(message.vector + 16);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(16, BigInt(arena + message.vector), true);
  view.setBigUint64(24, 1n, true);
  view.setBigUint64(32, BigInt(arena + message.control), true);
  view.setBigUint64(40, BigInt(controlBytes), true);
  view.setBigUint64(message.vector, BigInt(arena + message.data), true);
  view.setBigUint64(message.vector + 8, BigInt(dataBytes), true);
  return bytes;
}

function rights(fds: readonly number[]): Uint8Array {
  return words(16 + fds.length * 4, 0, SOL_SOCKET, SCM_RIGHTS, ...fds);
}

/** Calls on descriptors, and messages that carry them. */
export const descriptorMoves: readonly Move[] = [
  {
    name: 'close',
    weight: 26,
    play: (world, task, [fd]) => {
      world.call(task, 'close', descriptor(task, fd));
    },
  },
  {
    name: 'dup',
    weight: 4,
    play: (world, task, [fd]) => {
      world.call(task, 'dup', descriptor(task, fd));
    },
  },
  {
    name: 'dup to a number',
    weight: 4,
    play: (world, task, [fd, target, flags]) => {
      world.call(task, 'dup3', descriptor(task, fd), target % 40, flags % 3 === 0 ? O_CLOEXEC : 0);
    },
  },
  {
    name: 'fcntl',
    weight: 3,
    play: (world, task, [fd, command, argument]) => {
      const commands = [F_DUPFD, F_DUPFD_CLOEXEC, F_GETFD, F_SETFD, F_GETFL, F_SETFL];
      const value = argument % 9 === 0 ? O_NONBLOCK : argument % 30;
      world.call(task, 'fcntl', descriptor(task, fd), pick(commands, command) ?? 0, value);
    },
  },
  {
    name: 'close a range',
    weight: 1,
    play: (world, task, [first, count, flags]) => {
      world.call(task, 'close_range', first % 40, (first % 40) + (count % 4), flags % 8 === 0 ? 4 : 0);
    },
  },
  {
    name: 'socket pair',
    weight: 4,
    play: (world, task, [kind, flags]) => {
      const type = (pick([1, 2, 5], kind) ?? 1) | (flags % 3 === 0 ? 0 : O_NONBLOCK);
      world.call(task, 'socketpair', AF_UNIX, type, 0, world.put(task, new Uint8Array(8)));
    },
  },
  {
    name: 'send descriptors',
    weight: 9,
    play: (world, task, [socket, first, count]) => {
      const fds = Array.from({ length: count % 4 }, (_, index) =>
        (count + index) % 5 === 0
          ? descriptorOf(task, first + index, 'socket:')
          : bufferDescriptor(task, first + index),
      );
      const control = rights(fds);
      world.put(task, control, message.control);
      world.put(task, messageHeader(1 + (count % 3), fds.length === 0 ? 0 : control.length));
      const flags = count % 2 === 0 ? MSG_DONTWAIT : 0;
      world.call(task, 'sendmsg', descriptorOf(task, socket, 'socket:'), arena, flags);
    },
  },
  {
    name: 'receive descriptors',
    weight: 8,
    play: (world, task, [socket, room, flags]) => {
      world.put(task, messageHeader(1 + (flags % 3), room % 5 === 0 ? room % 24 : 64));
      const how = (flags % 2 === 0 ? MSG_DONTWAIT : 0) | (flags % 7 === 0 ? MSG_CMSG_CLOEXEC : 0);
      world.call(task, 'recvmsg', descriptorOf(task, socket, 'socket:'), arena, how);
    },
  },
  {
    name: 'pipe, eventfd, memfd',
    weight: 3,
    play: (world, task, [which, flags]) => {
      const nonBlocking = flags % 3 === 0 ? 0 : O_NONBLOCK;
      if (which % 3 === 0) world.call(task, 'pipe2', world.put(task, new Uint8Array(8)), nonBlocking);
      else if (which % 3 === 1) world.call(task, 'eventfd2', flags % 5, nonBlocking);
      else {
        const fd = world.call(task, 'memfd_create', world.put(task, Uint8Array.of(0x6d, 0)), 2);
        if (fd >= 0) world.call(task, 'ftruncate', fd, 4096 * (flags % 5));
      }
    },
  },
  {
    name: 'read and write',
    weight: 5,
    play: (world, task, [fd, length, how]) => {
      const call = pick(['read', 'write', 'pread64', 'pwrite64'], how) ?? 'read';
      const data = world.put(task, new Uint8Array(16).fill(how % 251), 0x1000);
      world.call(task, call, descriptor(task, fd), data, length % 3000, how % 5000);
    },
  },
  {
    name: 'move data',
    weight: 2,
    play: (world, task, [from, to, how]) => {
      if (how % 2 === 0)
        world.call(task, 'sendfile', descriptor(task, to), descriptor(task, from), 0, how % 5000);
      else world.call(task, 'splice', descriptor(task, from), 0, descriptor(task, to), 0, how % 5000, 2);
    },
  },
  {
    name: 'seek, lock, truncate',
    weight: 3,
    play: (world, task, [fd, how, value]) => {
      const buffer = descriptor(task, fd, (file) => how % 2 === 0 || file instanceof DmaBufFile);
      const call = pick(['lseek', 'flock', 'ftruncate', 'fallocate', 'fsync'], how) ?? 'fsync';
      if (call === 'lseek') world.call(task, call, buffer, value % 3, value % 5);
      else if (call === 'flock') world.call(task, call, buffer, pick([1, 2, 8, 5, 6], value) ?? 8);
      else if (call === 'fallocate') world.call(task, call, buffer, value % 4, 0, 4096);
      else world.call(task, call, buffer, value % 9000);
    },
  },
  {
    name: 'limit descriptors',
    weight: 1,
    play: (world, task, [limit]) => {
      const pair = words(limit % 5 === 0 ? limit % 30 : 1024, 0, 1024, 0);
      world.call(task, 'prlimit64', 0, RLIMIT_NOFILE, world.put(task, pair), 0);
    },
  },
];
