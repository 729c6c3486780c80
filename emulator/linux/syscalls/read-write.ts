import { moveAtOffset, moveAtPosition, readRange, readVectors, seek, writeRange } from '../fs/read-write.ts';
import { asAddress, asInt32, asOffset, asSize, asUint32 } from '../uapi/registers.ts';
import type { SystemCall } from './system-call.ts';

const transfer = [
  'EBADF',
  'EINVAL',
  'EFAULT',
  'EAGAIN',
  'EINTR',
  'EISDIR',
  'EPIPE',
  'ENOSPC',
  'EIO',
  'EPERM',
  'EFBIG',
  'ENOMEM',
  'EACCES',
  'ESRCH',
  'ENXIO',
  'EBUSY',
] as const;
const positioned = [...transfer, 'ESPIPE', 'EOVERFLOW'] as const;

/** Moving bytes and positions. */
export const readWriteCalls: readonly SystemCall[] = [
  {
    name: 'lseek',
    number: 62,
    errnos: ['EBADF', 'EINVAL', 'ESPIPE', 'ENXIO', 'EOVERFLOW'],
    handler: (_kernel, task, fd, offset, whence) =>
      seek(task, asInt32(fd), asOffset(offset), asUint32(whence)),
  },
  {
    name: 'read',
    number: 63,
    errnos: transfer,
    handler: (kernel, task, fd, address, count) => {
      const range = { address: asAddress(address), lengthBytes: asSize(count) };
      return moveAtPosition(kernel, task, asInt32(fd), [range], readRange);
    },
  },
  {
    name: 'write',
    number: 64,
    errnos: transfer,
    handler: (kernel, task, fd, address, count) => {
      const range = { address: asAddress(address), lengthBytes: asSize(count) };
      return moveAtPosition(kernel, task, asInt32(fd), [range], writeRange);
    },
  },
  {
    name: 'readv',
    number: 65,
    errnos: transfer,
    handler: (kernel, task, fd, address, count) => {
      const ranges = readVectors(task, asAddress(address), asSize(count));
      return typeof ranges === 'number'
        ? ranges
        : moveAtPosition(kernel, task, asInt32(fd), ranges, readRange);
    },
  },
  {
    name: 'writev',
    number: 66,
    errnos: transfer,
    handler: (kernel, task, fd, address, count) => {
      const ranges = readVectors(task, asAddress(address), asSize(count));
      return typeof ranges === 'number'
        ? ranges
        : moveAtPosition(kernel, task, asInt32(fd), ranges, writeRange);
    },
  },
  {
    name: 'pread64',
    number: 67,
    errnos: positioned,
    handler: (kernel, task, fd, address, count, offset) => {
      const range = { address: asAddress(address), lengthBytes: asSize(count) };
      return moveAtOffset(kernel, task, asInt32(fd), [range], asOffset(offset), readRange);
    },
  },
  {
    name: 'pwrite64',
    number: 68,
    errnos: positioned,
    handler: (kernel, task, fd, address, count, offset) => {
      const range = { address: asAddress(address), lengthBytes: asSize(count) };
      return moveAtOffset(kernel, task, asInt32(fd), [range], asOffset(offset), writeRange);
    },
  },
  {
    name: 'preadv',
    number: 69,
    errnos: positioned,
    handler: (kernel, task, fd, address, count, offset) => {
      const ranges = readVectors(task, asAddress(address), asSize(count));
      if (typeof ranges === 'number') return ranges;
      return moveAtOffset(kernel, task, asInt32(fd), ranges, asOffset(offset), readRange);
    },
  },
  {
    name: 'pwritev',
    number: 70,
    errnos: positioned,
    handler: (kernel, task, fd, address, count, offset) => {
      const ranges = readVectors(task, asAddress(address), asSize(count));
      if (typeof ranges === 'number') return ranges;
      return moveAtOffset(kernel, task, asInt32(fd), ranges, asOffset(offset), writeRange);
    },
  },
];
