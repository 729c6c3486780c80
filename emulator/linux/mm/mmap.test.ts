import { beforeEach, describe, expect, it } from 'vitest';
import { failure } from '../../testing/failures.ts';
import { smallKernel } from '../../testing/small-kernel.ts';
import { MemoryFault, ProcessEnded } from '../../userland/errors.ts';
import { type Process, spawnProcess } from '../../userland/process.ts';
import type { Kernel } from '../init/kernel.ts';
import { O_RDONLY, O_RDWR, O_WRONLY } from '../uapi/fcntl.ts';
import {
  MADV_DONTNEED,
  MAP_ANONYMOUS,
  MAP_FIXED,
  MAP_FIXED_NOREPLACE,
  MAP_NORESERVE,
  MAP_PRIVATE,
  MAP_SHARED,
  MAP_SHARED_VALIDATE,
  MAP_SYNC,
  MREMAP_FIXED,
  MREMAP_MAYMOVE,
  PROT_EXEC,
  PROT_NONE,
  PROT_READ,
  PROT_WRITE,
} from '../uapi/mman.ts';
import { signals } from '../uapi/signal.ts';

const readWrite = PROT_READ | PROT_WRITE;
const anonymous = MAP_PRIVATE | MAP_ANONYMOUS;
const page = 4096;

let kernel: Kernel;
let process: Process;

beforeEach(() => {
  kernel = smallKernel();
  process = spawnProcess(kernel);
});

function buffer(flags: number, pages = 4): number {
  return process.dmaHeapAlloc(process.open('/dev/dma_heap/system', O_RDWR), pages * page, flags);
}

describe('anonymous memory', () => {
  it('reads as zeroes without a page of its own, and has one once written', () => {
    const address = process.mmap({ length: 16 * page, prot: readWrite, flags: anonymous });
    process.memory.read(address, 1);
    const free = kernel.pages.freePages;
    expect(process.memory.read(address, 16 * page).every((byte) => byte === 0)).toBe(true);
    expect(kernel.pages.freePages).toBe(free);
    process.memory.write(address + 100n, Uint8Array.of(1));
    expect(kernel.pages.freePages).toBe(free - 1);
    process.munmap(address, 16 * page);
    expect(kernel.pages.freePages).toBe(free);
  });

  it('is copied on write after a fork, in either process', () => {
    const address = process.mmap({ length: page, prot: readWrite, flags: anonymous });
    process.memory.write(address, Uint8Array.of(1));
    const child = process.fork();
    process.memory.write(address, Uint8Array.of(2));
    expect(child.memory.read(address, 1)).toEqual(Uint8Array.of(1));
    child.memory.write(address, Uint8Array.of(3));
    expect(process.memory.read(address, 1)).toEqual(Uint8Array.of(2));
    expect(child.memory.read(address, 1)).toEqual(Uint8Array.of(3));
  });

  it('is shared after a fork where it was mapped shared', () => {
    const address = process.mmap({ length: page, prot: readWrite, flags: MAP_SHARED | MAP_ANONYMOUS });
    const child = process.fork();
    child.memory.write(address, Uint8Array.of(9));
    expect(process.memory.read(address, 1)).toEqual(Uint8Array.of(9));
  });

  it('is empty again after MADV_DONTNEED', () => {
    const address = process.mmap({ length: page, prot: readWrite, flags: anonymous });
    process.memory.write(address, Uint8Array.of(1));
    process.syscall('madvise', address, page, MADV_DONTNEED);
    expect(process.memory.read(address, 1)).toEqual(Uint8Array.of(0));
  });

  it('is refused where more is asked for at once than there is memory, unless nothing is reserved', () => {
    const length = 2 ** 47;
    const map = (prot: number, flags: number) => () => void process.mmap({ length, prot, flags });
    expect(map(readWrite, anonymous)).toThrow(failure('ENOMEM'));
    expect(map(readWrite, MAP_SHARED | MAP_ANONYMOUS)).toThrow(failure('ENOMEM'));
    expect(map(PROT_READ, anonymous)).not.toThrow();
    const other = spawnProcess(kernel);
    expect(() => other.mmap({ length, prot: readWrite, flags: anonymous | MAP_NORESERVE })).not.toThrow();
    const end = other.syscall('brk', 0);
    expect(other.syscall('brk', end + 2 ** 40)).toBe(end);
  });

  it('all comes back when the process ends', () => {
    const free = kernel.pages.freePages;
    const other = spawnProcess(kernel);
    const address = other.mmap({ length: 64 * page, prot: readWrite, flags: anonymous });
    other.memory.fill(address, 64 * page, 1);
    const child = other.fork();
    child.memory.fill(address, 32 * page, 2);
    other.exit();
    child.exit();
    expect(kernel.pages.freePages).toBe(free);
  });
});

describe('a place for a mapping', () => {
  it('is the highest that is free', () => {
    const first = process.mmap({ length: 4 * page, prot: readWrite, flags: anonymous });
    const second = process.mmap({ length: page, prot: readWrite, flags: anonymous });
    expect(second).toBe(first - BigInt(page));
    process.munmap(first, 4 * page);
    expect(process.mmap({ length: 2 * page, prot: readWrite, flags: anonymous })).toBe(
      first + BigInt(2 * page),
    );
  });

  it('replaces what MAP_FIXED lies over, and MAP_FIXED_NOREPLACE refuses to', () => {
    const address = process.mmap({ length: 3 * page, prot: readWrite, flags: anonymous });
    process.memory.fill(address, 3 * page, 7);
    const middle = address + BigInt(page);
    const request = { address: middle, length: page, prot: readWrite };
    expect(() => process.mmap({ ...request, flags: anonymous | MAP_FIXED_NOREPLACE })).toThrow(
      failure('EEXIST'),
    );
    expect(process.mmap({ ...request, flags: anonymous | MAP_FIXED })).toBe(middle);
    expect([0, 1, 2].map((index) => process.memory.read(address + BigInt(index * page), 1)[0])).toEqual([
      7, 0, 7,
    ]);
  });
});

describe('access that is not allowed', () => {
  it('kills the process', () => {
    const address = process.mmap({ length: page, prot: PROT_READ, flags: anonymous });
    expect(() => process.memory.write(address, Uint8Array.of(1))).toThrow(ProcessEnded);
    expect(process.exitStatus).toMatchObject({ kind: 'killed', signal: signals.SIGSEGV });
  });

  it('is a fault that the process can handle', () => {
    const seen: number[] = [];
    process.onSignal(signals.SIGSEGV, (signal) => seen.push(signal));
    const address = process.mmap({ length: 2 * page, prot: PROT_NONE, flags: anonymous });
    process.mprotect(address, page, readWrite);
    process.memory.write(address, new Uint8Array(page));
    expect(() => process.memory.read(address + BigInt(page - 1), 2)).toThrow(MemoryFault);
    expect(process.isAlive).toBe(true);
  });

  it('is EFAULT for the kernel', () => {
    const address = process.mmap({ length: page, prot: PROT_READ, flags: anonymous });
    const [reading] = process.pipe();
    expect(() => process.syscall('fstat', reading, address)).toThrow(failure('EFAULT'));
  });
});

describe('mapping a buffer', () => {
  const map = (fd: number, request: Partial<Parameters<Process['mmap']>[0]>) =>
    process.mmap({ fd, length: page, prot: PROT_READ, flags: MAP_SHARED, ...request });

  it.each([
    ['nothing', { length: 0 }, 'EINVAL'],
    ['beyond its end', { length: 5 * page }, 'EINVAL'],
    ['behind its end', { offset: 4 * page }, 'EINVAL'],
    ['from within a page', { offset: 1 }, 'EINVAL'],
    ['from before its start', { offset: -page }, 'EOVERFLOW'],
    ['more than there are addresses', { length: -page }, 'ENOMEM'],
    ['neither shared nor private', { flags: 0 }, 'EINVAL'],
    ['with flags that must be known', { flags: MAP_SHARED_VALIDATE | MAP_SYNC }, 'EOPNOTSUPP'],
  ])('%s is refused', (_, request, code) => {
    expect(() => map(buffer(O_RDWR), request)).toThrow(failure(code));
  });

  it('needs a descriptor for reading, and one for writing where it writes', () => {
    expect(() => map(buffer(O_WRONLY), { prot: PROT_NONE })).toThrow(failure('EACCES'));
    const readOnly = buffer(O_RDONLY);
    expect(() => map(readOnly, { prot: readWrite })).toThrow(failure('EACCES'));
    const address = map(readOnly, {});
    expect(() => process.mprotect(address, page, readWrite)).toThrow(failure('EACCES'));
  });

  it('executable is refused by newer releases', () => {
    expect(map(buffer(O_RDWR), { prot: PROT_READ | PROT_EXEC })).toBeGreaterThan(0n);
    process = spawnProcess(smallKernel({ release: '7.3' }));
    expect(() => map(buffer(O_RDWR), { prot: PROT_READ | PROT_EXEC })).toThrow(failure('EPERM'));
  });

  it('moves with mremap(), content and all', () => {
    const address = map(buffer(O_RDWR), { length: 4 * page, prot: readWrite });
    process.memory.write(address + BigInt(3 * page), Uint8Array.of(5));
    const target = process.mmap({ length: 8 * page, prot: PROT_NONE, flags: anonymous });
    const flags = MREMAP_MAYMOVE | MREMAP_FIXED;
    expect(process.syscall('mremap', address, 4 * page, 4 * page, flags, target)).toBe(Number(target));
    expect(process.memory.read(target + BigInt(3 * page), 1)).toEqual(Uint8Array.of(5));
    expect(() => process.memory.read(address, 1)).toThrow(ProcessEnded);
  });
});
