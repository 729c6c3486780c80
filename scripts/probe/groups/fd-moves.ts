import { O_CLOEXEC, O_NONBLOCK } from '../../../emulator/linux/uapi/fcntl.ts';
import type { Operations } from './fd-ops.ts';

const spliceNonblock = 2;
const memfdCloexec = 1;

/** The two ends of a new pipe. */
function pipe({ probe }: Operations): readonly [number, number] {
  const ends = new Uint8Array(8);
  probe.libc.withBytes(ends, (address) => probe.libc.call('pipe2', address, O_NONBLOCK | O_CLOEXEC));
  const view = new DataView(ends.buffer);
  return [view.getInt32(0, true), view.getInt32(4, true)];
}

/** Calls that move data from one descriptor to another, and those for folders. */
export function moveData(operations: Operations): void {
  const { probe, fd, buffer } = operations;
  const { libc } = probe;
  const [reader, writer] = pipe(operations);
  const splice = (from: number, to: number) => libc.call('splice', from, 0, to, 0, 16, spliceNonblock);
  operations.report('splice(fd->pipe)', splice(fd, writer));
  libc.call('write', writer, buffer, 16);
  operations.report('splice(pipe->fd)', splice(reader, fd));
  operations.report('sendfile(pipe,fd)', libc.call('sendfile', writer, fd, 0, 16));
  libc.close(reader);
  libc.close(writer);
  const file = libc.withText('x', (name) => libc.call('memfd_create', name, memfdCloexec));
  libc.call('ftruncate', file, 8192);
  const copy = (from: number, to: number) => libc.call('copy_file_range', from, 0, to, 0, 16, 0);
  operations.report('copy_file_range(fd->memfd)', copy(fd, file));
  operations.report('copy_file_range(memfd->fd)', copy(file, fd));
  libc.close(file);
  operations.on('getdents64', 'getdents64', buffer, 8192);
  operations.on('fchdir', 'fchdir');
}
