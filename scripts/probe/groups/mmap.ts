import { O_RDONLY, O_WRONLY } from '../../../emulator/linux/uapi/fcntl.ts';
import * as mman from '../../../emulator/linux/uapi/mman.ts';
import type { Probe } from '../probe.ts';
import { mremapCases } from './mremap.ts';
import { privateSizeCases } from './private-mappings.ts';
import { vmaCases, vmaTexts } from './vma-ops.ts';
import { holeCases, transferCases } from './vma-transfers.ts';

const { MAP_SHARED, MAP_PRIVATE, MAP_SHARED_VALIDATE, MAP_SYNC } = mman;

/** The buffers under test, by how their descriptors were asked for. */
interface Buffers {
  readonly readWrite: number;
  readonly readOnly: number;
  readonly writeOnly: number;
  /** Access mode 3. */
  readonly neither: number;
  readonly size: number;
}

interface Variant {
  readonly name: string;
  readonly fd: number;
  readonly len: number | bigint;
  readonly prot: number;
  readonly flags: number;
  readonly off: number | bigint;
}

const two64 = 1n << 64n;

function sharedVariants({ readWrite: fd, size }: Buffers, page: number): readonly Variant[] {
  const shared = (name: string, len: number | bigint, prot = 3, off: number | bigint = 0): Variant => ({
    name,
    fd,
    len,
    prot,
    flags: MAP_SHARED,
    off,
  });
  return [
    shared('full_rw', size),
    shared('full_r', size, 1),
    shared('full_w', size, 2),
    shared('none', size, 0),
    shared('rx', size, 5),
    shared('rwx', size, 7),
    shared('one_page', page),
    shared('one_byte', 1),
    shared('len_N-1', size - 1),
    shared('len_N+1', size + 1),
    shared('len_N+page', size + page),
    shared('len_0', 0),
    shared('off_1page_rest', size - page, 3, page),
    shared('off_last_page', page, 3, size - page),
    shared('off_1page_full', size, 3, page),
    shared('off_end', page, 3, size),
    shared('off_beyond', page, 3, 16 * size),
    shared('off_huge', page, 3, 0x7ffffffffffff000n & -BigInt(page)),
    shared('off_neg_page', page, 3, -page),
    shared('off_neg_2pages', 2 * page, 3, -page),
    shared('off_neg_wrap_to_0', 3 * page, 3, -2 * page),
    shared('off_min', page, 3, -(1n << 63n)),
    shared('off_unaligned', page, 3, 1),
    shared('len_huge', two64 - BigInt(page)),
    shared('len_1<<47', 2 ** 47),
  ];
}

function flagVariants({ readWrite: fd, readOnly, size }: Buffers, page: number): readonly Variant[] {
  const variant = (name: string, flags: number, prot = 3, on = fd, len = size): Variant => ({
    name,
    fd: on,
    len,
    prot,
    flags,
    off: 0,
  });
  return [
    variant('private_rw', MAP_PRIVATE),
    variant('private_r', MAP_PRIVATE, 1),
    variant('private_rw_page', MAP_PRIVATE, 3, fd, page),
    variant('private_rw_on_rdonly', MAP_PRIVATE, 3, readOnly),
    variant('private_r_on_rdonly', MAP_PRIVATE, 1, readOnly),
    variant('private_none', MAP_PRIVATE, 0),
    variant('validate', MAP_SHARED_VALIDATE),
    variant('validate_sync', MAP_SHARED_VALIDATE | MAP_SYNC),
    variant('shared_sync', MAP_SHARED | MAP_SYNC),
    variant('notype', 0),
    variant('populate', MAP_SHARED | mman.MAP_POPULATE),
    variant('locked', MAP_SHARED | mman.MAP_LOCKED),
    variant('hugetlb', MAP_SHARED | mman.MAP_HUGETLB),
    variant('anon_with_fd', MAP_SHARED | mman.MAP_ANONYMOUS),
    variant('growsdown', MAP_SHARED | mman.MAP_GROWSDOWN),
    variant('noreserve', MAP_SHARED | mman.MAP_NORESERVE),
  ];
}

function modeVariants(buffers: Buffers, heapFd: number): readonly Variant[] {
  const { readOnly, writeOnly, neither, size } = buffers;
  const shared = (name: string, fd: number, prot: number, len = size): Variant => ({
    name,
    fd,
    len,
    prot,
    flags: MAP_SHARED,
    off: 0,
  });
  return [
    shared('rdonly_fd_r', readOnly, 1),
    shared('rdonly_fd_rw', readOnly, 3),
    shared('rdonly_fd_w', readOnly, 2),
    shared('rdonly_fd_none', readOnly, 0),
    shared('rdonly_fd_x', readOnly, 4),
    shared('wronly_fd_r', writeOnly, 1),
    shared('wronly_fd_w', writeOnly, 2),
    shared('wronly_fd_rw', writeOnly, 3),
    shared('wronly_fd_none', writeOnly, 0),
    shared('acc3_fd_r', neither, 1),
    shared('acc3_fd_rw', neither, 3),
    shared('badfd', 9999, 3),
    shared('heapfd_r', heapFd, 1),
    shared('heapfd_len0', heapFd, 1, 0),
  ];
}

/** 64-bit figures as the record has them: lengths unsigned, offsets signed. */
function figure(value: number | bigint): number | string {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value.toString();
}

function tryMapping(probe: Probe, variant: Variant, size: number): void {
  const { libc, pageSize } = probe;
  const { name, fd, len, prot, flags, off } = variant;
  const map = libc.mmap(len, prot, flags, fd, off);
  const args = {
    variant: name,
    size,
    len: figure(len),
    prot,
    flags: `0x${flags.toString(16)}`,
    off: figure(off),
  };
  const row = probe.row('mmap', map === undefined ? -1 : 0, args);
  if (map !== undefined) {
    row.add({ read: libc.touch(map, false), write: libc.touch(map, true) });
    libc.munmap(map, Math.ceil(Number(len) / pageSize) * pageSize);
  }
  row.done();
}

/** Mapping a buffer in every way, and what can be done to the mapping afterwards. */
export function mmapCases(probe: Probe): void {
  const { libc, pageSize: page } = probe;
  const size = 4 * page;
  const buffers: Buffers = {
    readWrite: probe.alloc(size),
    readOnly: probe.alloc(size, O_RDONLY),
    writeOnly: probe.alloc(size, O_WRONLY),
    neither: probe.alloc(size, 3),
    size,
  };
  if (buffers.readWrite < 0) {
    probe.report('mmap_setup', -1, {});
    return;
  }
  const variants = [
    ...sharedVariants(buffers, page),
    ...flagVariants(buffers, page),
    ...modeVariants(buffers, probe.heapFd),
  ];
  for (const variant of variants) tryMapping(probe, variant, size);
  vmaTexts(probe, buffers.readWrite, size);
  vmaCases(probe, buffers.readWrite, buffers.readOnly, size);
  mremapCases(probe, buffers.readWrite, size);
  holeCases(probe, buffers.readWrite, size);
  transferCases(probe, buffers.readWrite, size);
  for (const fd of [buffers.readWrite, buffers.readOnly, buffers.writeOnly, buffers.neither]) libc.close(fd);
  privateSizeCases(probe);
}
