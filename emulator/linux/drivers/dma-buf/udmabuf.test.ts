import { describe, expect, it } from 'vitest';
import { codeOf } from '../../../testing/failures.ts';
import { type SmallKernelOptions, smallKernel } from '../../../testing/small-kernel.ts';
import { type Process, spawnProcess } from '../../../userland/process.ts';
import { DMA_BUF_SYNC_END, DMA_BUF_SYNC_RW } from '../../uapi/dma-buf.ts';
import { F_ADD_SEALS, F_SEAL_FUTURE_WRITE, F_SEAL_SHRINK, F_SEAL_WRITE, O_RDWR } from '../../uapi/fcntl.ts';
import { RLIMIT_NOFILE } from '../../uapi/resource.ts';
import { UDMABUF_CREATE, UDMABUF_CREATE_LIST } from '../../uapi/udmabuf.ts';

const page = 4096;
const MFD_ALLOW_SEALING = 2;

interface Piece {
  readonly memfd: number;
  readonly offset?: number;
  readonly size?: number;
  readonly flags?: number;
}

function createArgument({ memfd, offset = 0, size = page, flags = 0 }: Piece): Uint8Array {
  const bytes = new Uint8Array(24);
  const view = new DataView(bytes.buffer);
  view.setInt32(0, memfd, true);
  view.setUint32(4, flags, true);
  view.setBigUint64(8, BigInt(offset), true);
  view.setBigUint64(16, BigInt(size), true);
  return bytes;
}

function listArgument(pieces: readonly Piece[], count = pieces.length, flags = 0): Uint8Array {
  const bytes = new Uint8Array(8 + pieces.length * 24);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, flags, true);
  view.setUint32(4, count, true);
  for (const [index, piece] of pieces.entries()) bytes.set(createArgument(piece), 8 + index * 24);
  return bytes;
}

function setUp(options: SmallKernelOptions = {}) {
  const kernel = smallKernel(options);
  const process = spawnProcess(kernel);
  const device = process.open('/dev/udmabuf', O_RDWR);
  const memfd = sealed(process, 16 * page);
  return { kernel, process, device, memfd };
}

function sealed(process: Process, sizeBytes: number, seals = F_SEAL_SHRINK): number {
  const memfd = process.memfdCreate('pool', MFD_ALLOW_SEALING);
  process.ftruncate(memfd, sizeBytes);
  process.fcntl(memfd, F_ADD_SEALS, seals);
  return memfd;
}

describe('/dev/udmabuf', () => {
  it('makes a buffer of the pages of a memfd, which both then show', () => {
    const { process, device, memfd } = setUp();
    const buffer = process.ioctl(
      device,
      UDMABUF_CREATE,
      createArgument({ memfd, offset: page, size: 2 * page }),
    );
    expect(process.lseek(buffer, 0, 2)).toBe(2 * page);
    const mapping = process.mmap({ length: 2 * page, prot: 3, flags: 1, fd: buffer });
    process.writeMemory(mapping + BigInt(page), Uint8Array.of(1, 2, 3));
    expect([...process.pread(memfd, 3, 2 * page)]).toEqual([1, 2, 3]);
    expect(process.readFile(`/proc/self/fdinfo/${buffer}`)).toContain('exp_name:\tudmabuf\n');
  });

  it('joins pieces of several files in their order', () => {
    const { process, device, memfd } = setUp();
    const other = sealed(process, page);
    process.pwrite(other, Uint8Array.of(7), 0);
    const pieces = [{ memfd, size: page }, { memfd: other }, { memfd, offset: 4 * page }];
    const buffer = process.ioctl(device, UDMABUF_CREATE_LIST, listArgument(pieces));
    const mapping = process.mmap({ length: 3 * page, prot: 1, flags: 1, fd: buffer });
    expect([...process.readMemory(mapping + BigInt(page), 1)]).toEqual([7]);
  });

  it('keeps the pages after the file is gone, and gives them back with the buffer', () => {
    const { kernel, process, device, memfd } = setUp();
    const buffer = process.ioctl(device, UDMABUF_CREATE, createArgument({ memfd, size: 16 * page }));
    process.close(memfd);
    const free = kernel.pages.freePages;
    process.close(buffer);
    expect(kernel.pages.freePages).toBe(free + 16);
  });

  it.each([
    ['no file', { memfd: 99 }, 'EBADFD'],
    ['a file that is no memfd', { memfd: 0 }, 'EBADFD'],
    ['an offset within a page', { memfd: 1, offset: 1 }, 'EINVAL'],
    ['a size within a page', { memfd: 1, size: 100 }, 'EINVAL'],
    ['no size', { memfd: 1, size: 0 }, 'EINVAL'],
    ['more than the file holds', { memfd: 1, size: 17 * page }, 'EINVAL'],
    ['more than the limit', { memfd: 1, size: 65 << 20 }, 'EINVAL'],
  ])('refuses %s', (_, piece, code) => {
    const { kernel, process, device } = setUp();
    expect(codeOf(() => process.ioctl(device, UDMABUF_CREATE, createArgument(piece)))).toBe(code);
    expect(kernel.dmaBufs.live).toEqual([]);
  });

  it.each([
    ['6.1', 'unsealed', 0, 'EINVAL'],
    ['6.1', 'sealed against writing', F_SEAL_SHRINK | F_SEAL_WRITE, 'EINVAL'],
    ['6.1', 'sealed against writes to come', F_SEAL_SHRINK | F_SEAL_FUTURE_WRITE, 'success'],
    ['7.3', 'sealed against writes to come', F_SEAL_SHRINK | F_SEAL_FUTURE_WRITE, 'EINVAL'],
  ])('on %s takes or refuses a memfd that is %s', (release, _, seals, code) => {
    const { process, device } = setUp({ release });
    const memfd = sealed(process, page, seals);
    expect(codeOf(() => process.ioctl(device, UDMABUF_CREATE, createArgument({ memfd })))).toBe(code);
  });

  it('has limits that the command line sets', () => {
    const bootargs = 'udmabuf.size_limit_mb=1 udmabuf.list_limit=2';
    const { process, device } = setUp({ bootargs });
    const memfd = sealed(process, 4 << 20);
    const create = (size: number) => process.ioctl(device, UDMABUF_CREATE, createArgument({ memfd, size }));
    expect(create(1 << 20)).toBeGreaterThan(0);
    expect(codeOf(() => create((1 << 20) + page))).toBe('EINVAL');
    const three = listArgument([{ memfd }, { memfd }, { memfd }]);
    expect(codeOf(() => process.ioctl(device, UDMABUF_CREATE_LIST, three))).toBe('EINVAL');
  });

  it('answers other requests, bad pointers and a full table as Linux does', () => {
    const { kernel, process, device, memfd } = setUp();
    expect(codeOf(() => process.ioctl(device, 0x7541))).toBe('ENOTTY');
    expect(codeOf(() => process.ioctl(device, UDMABUF_CREATE, 16))).toBe('EFAULT');
    const limit = process.memory.allocate(16);
    process.memory.write(limit, new Uint8Array(BigUint64Array.of(5n, 4096n).buffer));
    process.syscall('prlimit64', 0, RLIMIT_NOFILE, limit, 0);
    const create = () => process.ioctl(device, UDMABUF_CREATE, createArgument({ memfd }));
    for (let free = 5 - 2; free > 0; free -= 1) create();
    expect(codeOf(create)).toBe('EMFILE');
    expect(kernel.dmaBufs.live).toHaveLength(3);
  });

  it('ends only accesses that began, and maps shared only', () => {
    const { process, device, memfd } = setUp();
    const buffer = process.ioctl(device, UDMABUF_CREATE, createArgument({ memfd }));
    const end = DMA_BUF_SYNC_END | DMA_BUF_SYNC_RW;
    expect(codeOf(() => process.dmaBufSync(buffer, end))).toBe('EINVAL');
    process.dmaBufSync(buffer, DMA_BUF_SYNC_RW);
    process.dmaBufSync(buffer, end);
    expect(codeOf(() => process.mmap({ length: page, prot: 3, flags: 2, fd: buffer }))).toBe('EINVAL');
  });

  it('is not there without UDMABUF', () => {
    const process = spawnProcess(smallKernel({ symbols: ['UDMABUF=n'] }));
    expect(codeOf(() => process.open('/dev/udmabuf', O_RDWR))).toBe('ENOENT');
  });
});
