import * as fcntl from '../../../emulator/linux/uapi/fcntl.ts';
import { MAP_SHARED } from '../../../emulator/linux/uapi/mman.ts';
import { AF_UNIX, SOCK_STREAM } from '../../../emulator/linux/uapi/socket.ts';
import type { Libc } from '../libc.ts';
import type { Probe } from '../probe.ts';
import { receiveDescriptor, sendDescriptor } from './scm-rights.ts';

const flag = (value: boolean) => (value ? 1 : 0);

function twoDescriptors(libc: Libc, call: string, ...before: readonly number[]): readonly [number, number] {
  const pair = new Uint8Array(8);
  libc.withBytes(pair, (address) => libc.call(call, ...before, address, ...(call === 'pipe2' ? [0] : [])));
  const view = new DataView(pair.buffer);
  return [view.getInt32(0, true), view.getInt32(4, true)];
}

/** Who holds a buffer: copies of the descriptor, mappings, children, messages on their way. */
export function shareCases(probe: Probe): void {
  const { libc, pageSize: page } = probe;
  const fd = probe.alloc(2 * page);
  const fdinfo = () => ({ fdinfo: libc.slurp(`/proc/self/fdinfo/${fd}`) ?? '' });
  const copy = libc.dup(fd);
  const own = libc.process.fstat(fd);
  const other = libc.process.fstat(copy);
  const same = flag(own.inode === other.inode && own.device === other.device);
  probe.report(
    'dup',
    copy < 0 ? -1 : 0,
    {},
    { same_ino: same, getfd: libc.fcntl(copy, fcntl.F_GETFD), ...fdinfo() },
  );
  const high = libc.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, 100);
  const highFlags = libc.fcntl(high, fcntl.F_GETFD);
  probe.report('F_DUPFD_CLOEXEC', high >= 100 ? 0 : -1, {}, { getfd: highFlags, ...fdinfo() });
  libc.close(high);
  const map = libc.mmap(2 * page, 3, MAP_SHARED, fd) ?? 0;
  probe.report('fdinfo_count_with_mmap', 0, {}, fdinfo());
  libc.process.memory.write(map, Uint8Array.of(7));
  forkedWriter(probe, fd, copy, map, fdinfo);
  liveChild(probe, fdinfo);
  const sockets = twoDescriptors(libc, 'socketpair', AF_UNIX, SOCK_STREAM, 0);
  probe.report('scm_rights_send', sendDescriptor(libc, sockets[0], fd), {}, fdinfo());
  const received = receive(probe, sockets[1], own.inode);
  libc.munmap(map, 2 * page);
  sendDescriptor(libc, sockets[0], fd);
  for (const one of [fd, copy, received]) libc.close(one);
  const inFlight = probe.areaFigure('used') ?? 0;
  for (const socket of sockets) libc.close(socket);
  libc.usleep(20_000);
  const row = probe.row('scm_in_flight', 0, {});
  if (probe.isCma) {
    const after = probe.areaFigure('used') ?? 0;
    row.add({ used_all_closed_in_flight: inFlight, used_socket_closed: after });
  }
  row.done();
  sharedFlags(probe);
}

function forkedWriter(
  probe: Probe,
  fd: number,
  copy: number,
  map: number,
  fdinfo: () => { fdinfo: string },
): void {
  const { libc, pageSize: page } = probe;
  const child = probe.fork();
  child.live(() => {
    const seen = child.libc.byte(map) === 7;
    child.libc.process.memory.write(map + 1, Uint8Array.of(9));
    child.libc.close(fd);
    child.libc.close(copy);
    child.libc.munmap(map, 2 * page);
    return seen ? 0 : 1;
  });
  const ended = libc.waitpid(child.libc.process.pid);
  const row = probe.row('fork', 0, {});
  row.add({
    child_saw_parent_write: flag(ended?.word === 0),
    parent_sees_child_write: flag(libc.byte(map + 1) === 9),
  });
  row.add({ ...fdinfo(), cma_used: probe.isCma ? (probe.areaFigure('used') ?? 0) : -1 }).done();
}

/** The child stands by while the parent looks. */
function liveChild(probe: Probe, fdinfo: () => { fdinfo: string }): void {
  const { libc } = probe;
  const ends = [...twoDescriptors(libc, 'pipe2'), ...twoDescriptors(libc, 'pipe2')];
  const child = probe.fork();
  probe.report('fdinfo_count_with_live_child', 0, {}, fdinfo());
  child.live(() => 0);
  libc.waitpid(child.libc.process.pid);
  for (const end of ends) libc.close(end);
}

function receive(probe: Probe, socket: number, inode: number): number {
  const { libc, pageSize: page } = probe;
  const { ret, fd } = receiveDescriptor(libc, socket);
  const status = fd < 0 ? undefined : libc.process.fstat(fd);
  const map = libc.mmap(2 * page, 3, MAP_SHARED, fd);
  const row = probe.row('scm_rights_recv', ret, {});
  row.add({ same_ino: flag(status?.inode === inode), getfd: libc.fcntl(fd, fcntl.F_GETFD) });
  const shares = map !== undefined && libc.byte(map) === 7 && libc.byte(map + 1) === 9;
  row.add({ getfl: libc.fcntl(fd, fcntl.F_GETFL), mapping_shares: flag(shares) }).done();
  if (map !== undefined) libc.munmap(map, 2 * page);
  return fd;
}

function sharedFlags(probe: Probe): void {
  const { libc } = probe;
  const fd = probe.alloc(probe.pageSize);
  const copy = libc.dup(fd);
  libc.fcntl(copy, fcntl.F_SETFL, fcntl.O_NONBLOCK);
  probe.report('setfl_shared_by_dup', 0, {}, { getfl: libc.fcntl(fd, fcntl.F_GETFL) });
  libc.close(copy);
  libc.close(fd);
}
