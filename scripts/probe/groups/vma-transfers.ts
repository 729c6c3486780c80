import { AT_FDCWD, O_CLOEXEC, O_CREAT, O_NONBLOCK, O_RDWR } from '../../../emulator/linux/uapi/fcntl.ts';
import { MAP_SHARED } from '../../../emulator/linux/uapi/mman.ts';
import type { Probe } from '../probe.ts';

/** A hole in the middle of a mapping. */
export function holeCases(probe: Probe, fd: number, size: number): void {
  const { libc, pageSize: page } = probe;
  const map = libc.mmap(size, 3, MAP_SHARED, fd) ?? 0;
  probe.report('vma_op', libc.munmap(map + page, page), { op: 'munmap middle page' });
  const access = libc.touch(map + page, false);
  const before = libc.touch(map, false);
  const after = libc.touch(map + 2 * page, false);
  probe.report('vma_op', 0, { op: 'access in hole' }, { access, before, after });
  const remapped = libc.call('remap_file_pages', map, page, 0, 1, 0);
  probe.report('vma_op', remapped, { op: 'remap_file_pages' });
  libc.munmap(map, size);
}

/** struct iovec */
function vector(address: number | bigint, length: number): Uint8Array {
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(address), true);
  view.setBigUint64(8, BigInt(length), true);
  return bytes;
}

/** The mapping as source and target of other calls. */
export function transferCases(probe: Probe, fd: number, size: number): void {
  const { libc } = probe;
  const map = libc.mmap(size, 3, MAP_SHARED, fd) ?? 0;
  const report = (op: string, ret: number) => probe.report('vma_op', ret, { op });
  const target = libc.process.memory.allocate(16);
  const read = libc.withBytes(vector(target, 8), (local) =>
    libc.withBytes(vector(map, 8), (remote) =>
      libc.call('process_vm_readv', libc.process.pid, local, 1, remote, 1, 0),
    ),
  );
  report('process_vm_readv self', read);
  const ends = new Uint8Array(8);
  libc.withBytes(ends, (address) => libc.call('pipe2', address, O_CLOEXEC | O_NONBLOCK));
  const [reader, writer] = [0, 4].map((offset) => new DataView(ends.buffer).getInt32(offset, true));
  report('write(pipe) from mapping', libc.call('write', writer ?? -1, map, 8));
  report('read(pipe) into mapping', libc.call('read', reader ?? -1, map, 8));
  const spliced = libc.withBytes(vector(map, 8), (address) =>
    libc.call('vmsplice', writer ?? -1, address, 1, 0),
  );
  report('vmsplice from mapping', spliced);
  libc.close(reader ?? -1);
  libc.close(writer ?? -1);
  const file = libc.open('/tmp/od', O_RDWR | O_CREAT | O_CLOEXEC, 0o600);
  report('write(tmpfs file) from mapping', libc.call('write', file, map, 8));
  libc.close(file);
  libc.withText('/tmp/od', (path) => libc.call('unlinkat', AT_FDCWD, path, 0));
  libc.munmap(map, size);
}
