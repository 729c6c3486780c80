import { DMA_HEAP_IOCTL_ALLOC } from '../../../emulator/linux/uapi/dma-heap.ts';
import * as fcntl from '../../../emulator/linux/uapi/fcntl.ts';
import * as ioctl from '../../../emulator/linux/uapi/ioctl.ts';
import { MAP_SHARED } from '../../../emulator/linux/uapi/mman.ts';
import * as poll from '../../../emulator/linux/uapi/poll.ts';
import { majorOf, minorOf } from '../../../emulator/linux/uapi/stat.ts';
import type { Probe } from '../probe.ts';
import { moveData } from './fd-moves.ts';
import { pollFd, selectFd } from './polling.ts';

/** One named operation after another on a descriptor, all under the same case. */
class Operations {
  readonly probe: Probe;
  readonly fd: number;
  readonly name: string;
  /** Room for arguments and data. */
  readonly buffer: bigint;

  constructor(probe: Probe, fd: number, name: string) {
    this.probe = probe;
    this.fd = fd;
    this.name = name;
    this.buffer = probe.libc.process.memory.allocate(8192);
  }

  report(op: string, ret: number): void {
    this.probe.report(this.name, ret, { op });
  }

  /** Makes a call whose first argument is the descriptor. */
  on(op: string, call: string, ...rest: readonly (number | bigint)[]): void {
    this.report(op, this.probe.libc.call(call, this.fd, ...rest));
  }

  fcntl(op: string, command: number, argument: number | bigint = 0): void {
    this.report(`fcntl(${op})`, this.probe.libc.fcntl(this.fd, command, argument));
  }

  ioctl(op: string, request: number, argument: number | bigint = this.buffer): void {
    this.report(`ioctl(${op})`, this.probe.libc.ioctl(this.fd, request, argument));
  }
}

/** Every call that takes a descriptor, on a heap's. */
export function heapDescriptorCases(probe: Probe): void {
  everyOperation(probe, probe.openHeap(fcntl.O_RDWR), 'heap_fd');
}

/** Every call that takes a descriptor, on a buffer's. */
export function bufferDescriptorCases(probe: Probe): void {
  const fd = probe.alloc(2 * probe.pageSize, fcntl.O_RDWR);
  if (fd < 0) return;
  everyOperation(probe, fd, 'buf_fd');
  probe.report('buf_fd', 0, { op: 'fdinfo' }, { text: probe.libc.slurp(`/proc/self/fdinfo/${fd}`) ?? '' });
}

function everyOperation(probe: Probe, fd: number, name: string): void {
  const operations = new Operations(probe, fd, name);
  readAndWrite(operations);
  seek(operations);
  status(operations);
  resize(operations);
  control(operations);
  moveData(operations);
  wait(operations);
  links(operations);
  requests(operations);
}

function readAndWrite(operations: Operations): void {
  const { buffer, probe } = operations;
  const vector = probe.libc.process.memory.allocate(16);
  const bytes = new Uint8Array(16);
  new DataView(bytes.buffer).setBigUint64(0, buffer, true);
  new DataView(bytes.buffer).setBigUint64(8, 16n, true);
  probe.libc.process.memory.write(vector, bytes);
  operations.on('read(16)', 'read', buffer, 16);
  operations.on('read(0)', 'read', buffer, 0);
  operations.on('write(16)', 'write', buffer, 16);
  operations.on('write(0)', 'write', buffer, 0);
  operations.on('pread(16,0)', 'pread64', buffer, 16, 0);
  operations.on('pwrite(16,0)', 'pwrite64', buffer, 16, 0);
  operations.on('readv', 'readv', vector, 1);
  operations.on('writev', 'writev', vector, 1);
}

function seek(operations: Operations): void {
  const seeks: readonly (readonly [string, number, number])[] = [
    ['lseek(0,SEEK_SET)', 0, 0],
    ['lseek(1,SEEK_SET)', 1, 0],
    ['lseek(4096,SEEK_SET)', 4096, 0],
    ['lseek(-1,SEEK_SET)', -1, 0],
    ['lseek(0,SEEK_END)', 0, 2],
    ['lseek(1,SEEK_END)', 1, 2],
    ['lseek(-1,SEEK_END)', -1, 2],
    ['lseek(0,SEEK_CUR)', 0, 1],
    ['lseek(1,SEEK_CUR)', 1, 1],
    ['lseek(0,SEEK_DATA)', 0, 3],
    ['lseek(0,SEEK_HOLE)', 0, 4],
    ['lseek(0,5)', 0, 5],
    ['lseek(0,-1)', 0, -1],
    ['lseek(0,SEEK_CUR) again', 0, 1],
  ];
  for (const [op, offset, whence] of seeks) operations.on(op, 'lseek', offset, whence);
}

function status({ probe, fd, name }: Operations): void {
  const { libc } = probe;
  const stat = libc.process.fstat(fd);
  const row = probe.row(name, 0, { op: 'fstat' });
  row.add({
    st_size: stat.sizeBytes,
    st_mode: stat.mode.toString(8),
    st_blocks: stat.blocks,
    st_blksize: stat.blockSizeBytes,
    st_nlink: stat.links,
    rdev: `${majorOf(stat.specialDevice)}:${minorOf(stat.specialDevice)}`,
    uid: stat.uid,
    gid: stat.gid,
  });
  row.done();
  const statfs = new Uint8Array(120);
  const ret = libc.withBytes(statfs, (address) => libc.call('fstatfs', fd, address));
  const view = new DataView(statfs.buffer);
  const type = `0x${view.getBigInt64(0, true).toString(16)}`;
  probe.report(name, ret, { op: 'fstatfs' }, { f_type: type, f_bsize: Number(view.getBigInt64(8, true)) });
}

function resize(operations: Operations): void {
  const { probe, fd, name } = operations;
  for (const size of [0, 4096, 8192, -1]) operations.on(`ftruncate(${size})`, 'ftruncate', size);
  const { sizeBytes } = probe.libc.process.fstat(fd);
  probe.report(name, 0, { op: 'fstat after ftruncate' }, { st_size: sizeBytes });
  operations.on('fallocate(0,0,4096)', 'fallocate', 0, 0, 4096);
  operations.on('fsync', 'fsync');
  operations.on('fdatasync', 'fdatasync');
  operations.on('syncfs', 'syncfs');
  operations.on('fchmod(0600)', 'fchmod', 0o600);
  operations.on('fchown(0,0)', 'fchown', 0, 0);
  operations.on('flock(LOCK_EX|LOCK_NB)', 'flock', fcntl.LOCK_EX | fcntl.LOCK_NB);
  operations.on('flock(LOCK_UN)', 'flock', fcntl.LOCK_UN);
}

function control(operations: Operations): void {
  const { probe, fd, buffer } = operations;
  const { libc } = probe;
  operations.fcntl('F_GETFL', fcntl.F_GETFL);
  operations.fcntl('F_GETFD', fcntl.F_GETFD);
  operations.fcntl('F_SETFL,O_NONBLOCK', fcntl.F_SETFL, fcntl.O_NONBLOCK);
  operations.report('fcntl(F_GETFL) after O_NONBLOCK', libc.fcntl(fd, fcntl.F_GETFL));
  operations.fcntl('F_SETFL,O_APPEND', fcntl.F_SETFL, fcntl.O_APPEND);
  operations.report('fcntl(F_GETFL) after O_APPEND', libc.fcntl(fd, fcntl.F_GETFL));
  operations.fcntl('F_SETFL,O_DIRECT', fcntl.F_SETFL, fcntl.O_DIRECT);
  operations.fcntl('F_SETFL,O_ASYNC', fcntl.F_SETFL, fcntl.FASYNC);
  operations.fcntl('F_SETFL,0', fcntl.F_SETFL, 0);
  libc.fcntl(fd, fcntl.F_SETFL, fcntl.O_RDONLY);
  operations.report('fcntl(F_SETFL,O_RDONLY) keeps mode', libc.fcntl(fd, fcntl.F_GETFL));
  operations.fcntl('F_GET_SEALS', fcntl.F_GET_SEALS);
  operations.fcntl('F_ADD_SEALS,1', fcntl.F_ADD_SEALS, 1);
  operations.fcntl('F_SETLEASE,F_RDLCK', fcntl.F_SETLEASE, fcntl.F_RDLCK);
  operations.fcntl('F_GETPIPE_SZ', fcntl.F_GETPIPE_SZ);
  for (const [name, type] of [
    ['F_RDLCK', fcntl.F_RDLCK],
    ['F_WRLCK', fcntl.F_WRLCK],
  ] as const) {
    const lock = new Uint8Array(32);
    new DataView(lock.buffer).setInt16(0, type, true);
    new DataView(lock.buffer).setBigInt64(16, 10n, true);
    libc.process.memory.write(buffer, lock);
    operations.fcntl(`F_SETLK,${name}`, fcntl.F_SETLK, buffer);
  }
  operations.on('posix_fadvise(WILLNEED)', 'fadvise64', 0, 4096, 3);
  operations.on('readahead', 'readahead', 0, 4096);
  operations.on('sync_file_range', 'sync_file_range', 0, 4096, 0);
}

const everyEvent = 0x7fff;

function wait({ probe, fd, name }: Operations): void {
  const { libc } = probe;
  const events: readonly (readonly [string, number])[] = [
    ['0', 0],
    ['POLLIN', poll.POLLIN],
    ['POLLOUT', poll.POLLOUT],
    ['POLLIN|POLLOUT', poll.POLLIN | poll.POLLOUT],
    ['POLLPRI', poll.POLLPRI],
    ['POLLRDNORM', poll.POLLRDNORM],
    ['POLLWRNORM', poll.POLLWRNORM],
    ['all', everyEvent],
  ];
  for (const [text, mask] of events) {
    const { ret, revents } = pollFd(libc, fd, mask);
    probe.report(name, ret, { op: 'poll', events: text }, { revents: `0x${revents.toString(16)}` });
  }
  const selected = selectFd(libc, fd);
  probe.report(name, selected.ret, { op: 'select' }, selected.ready);
  const epoll = libc.call('epoll_create1', fcntl.O_CLOEXEC);
  const event = new Uint8Array(16);
  new DataView(event.buffer).setUint32(0, poll.POLLIN | poll.POLLOUT, true);
  const added = libc.withBytes(event, (at) => libc.call('epoll_ctl', epoll, poll.EPOLL_CTL_ADD, fd, at));
  probe.report(name, added, { op: 'epoll_ctl(ADD)' });
  const out = new Uint8Array(16);
  const count = libc.withBytes(out, (at) => libc.call('epoll_pwait', epoll, at, 1, 0, 0, 8));
  const seen = `0x${new DataView(out.buffer).getUint32(0, true).toString(16)}`;
  probe.report(name, count, { op: 'epoll_wait' }, { events: seen });
  libc.close(epoll);
}

function links(operations: Operations): void {
  const { probe, fd, name } = operations;
  const { libc, pageSize } = probe;
  const path = `/proc/self/fd/${fd}`;
  const { ret, link } = libc.readlink(path);
  probe.report(name, ret, { op: 'readlink(/proc/self/fd/N)' }, { link });
  for (const [text, flags] of [
    ['O_RDWR', fcntl.O_RDWR],
    ['O_PATH', fcntl.O_PATH],
  ] as const) {
    const opened = libc.open(path, flags);
    operations.report(`open(/proc/self/fd/N,${text})`, opened < 0 ? -1 : 0);
    if (opened >= 0) libc.close(opened);
  }
  const map = libc.mmap(pageSize, 3, MAP_SHARED, fd);
  if (map !== undefined) libc.munmap(map, pageSize);
  operations.report('mmap(4096,RW,SHARED)', map === undefined ? -1 : 0);
}

function requests(operations: Operations): void {
  const { probe, fd, buffer } = operations;
  const { memory } = probe.libc.process;
  const flag = memory.allocate(16);
  const setFlag = (value: number) => memory.write(flag, Uint8Array.of(value, 0, 0, 0));
  setFlag(1);
  operations.ioctl('FIONREAD', ioctl.FIONREAD, flag);
  setFlag(1);
  operations.ioctl('FIONBIO,1', ioctl.FIONBIO, flag);
  operations.report('fcntl(F_GETFL) after FIONBIO', probe.libc.fcntl(fd, fcntl.F_GETFL));
  setFlag(0);
  operations.ioctl('FIONBIO,0', ioctl.FIONBIO, flag);
  setFlag(1);
  operations.ioctl('FIOASYNC,1', ioctl.FIOASYNC, flag);
  operations.ioctl('FIOCLEX', ioctl.FIOCLEX, 0);
  operations.report('fcntl(F_GETFD) after FIOCLEX', probe.libc.fcntl(fd, fcntl.F_GETFD));
  operations.ioctl('FIONCLEX', ioctl.FIONCLEX, 0);
  operations.ioctl('TCGETS', ioctl.TCGETS);
  operations.ioctl('FIGETBSZ', ioctl.FIGETBSZ);
  operations.ioctl('FIOQSIZE', ioctl.FIOQSIZE);
  operations.ioctl('FICLONE', ioctl.FICLONE, fd);
  operations.ioctl("_IO('b',99)", ioctl.io('b', 99), 0);
  operations.ioctl("_IO('b',0)", ioctl.io('b', 0));
  operations.ioctl("_IOR('b',0,8)", ioctl.ior('b', 0, 8));
  operations.ioctl("_IOWR('b',0,8)", ioctl.iowr('b', 0, 8));
  operations.ioctl("_IOW('b',0,16)", ioctl.iow('b', 0, 16));
  operations.ioctl("_IOW('b',0,4)", ioctl.iow('b', 0, 4));
  operations.ioctl("_IOW('b',1,2)", ioctl.iow('b', 1, 2));
  memory.fill(buffer, 64, 0);
  operations.ioctl('HEAP_ALLOC,zeroed', DMA_HEAP_IOCTL_ALLOC);
  operations.ioctl('0', 0);
}

export type { Operations };
