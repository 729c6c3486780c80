import { beforeEach, describe, expect, it } from 'vitest';
import { failure } from '../../../testing/failures.ts';
import { smallKernel } from '../../../testing/small-kernel.ts';
import { type Process, spawnProcess } from '../../../userland/process.ts';
import type { Kernel } from '../../init/kernel.ts';
import { O_CLOEXEC, O_RDONLY, O_RDWR } from '../../uapi/fcntl.ts';
import { MAP_ANONYMOUS, MAP_PRIVATE, MAP_SHARED, PROT_READ, PROT_WRITE } from '../../uapi/mman.ts';

let kernel: Kernel;
let process: Process;

beforeEach(() => {
  kernel = smallKernel();
  process = spawnProcess(kernel);
});

const readWrite = PROT_READ | PROT_WRITE;

function buffer(heap: 'system' | 'linux,cma', pages = 2): number {
  const heapFd = process.open(`/dev/dma_heap/${heap}`, O_RDWR);
  const fd = process.dmaHeapAlloc(heapFd, pages * 4096, O_RDWR | O_CLOEXEC);
  process.close(heapFd);
  return fd;
}

/** The entry of a page in pagemap: 8 bytes. */
function pagemap(reader: Process, address: bigint): bigint {
  const fd = reader.open('/proc/self/pagemap', O_RDONLY);
  const bytes = reader.pread(fd, 8, (address / 4096n) * 8n);
  reader.close(fd);
  return new DataView(bytes.buffer).getBigUint64(0, true);
}

describe('/proc/self', () => {
  it('shows a mapping of a buffer with its name, and how large it is', () => {
    const fd = buffer('linux,cma');
    const address = process.mmap({ fd, length: 8192, prot: readWrite, flags: MAP_SHARED });
    process.dmaBufSetName(fd, 'frame');
    const line = process
      .readFile('/proc/self/maps')
      .split('\n')
      .find((one) => one.includes('/dmabuf:'));
    const range = [address, address + 8192n].map((at) => at.toString(16)).join('-');
    expect(line).toMatch(new RegExp(`^${range} rw-s 00000000 00:[0-9a-f]{2} \\d+ +/dmabuf:frame$`));
    const smaps = process.readFile('/proc/self/smaps');
    expect(smaps.slice(smaps.indexOf('/dmabuf:frame'))).toMatch(/^\/dmabuf:frame\nSize: +8 kB/);
  });

  it('lists descriptors, and the references of a buffer', () => {
    const fd = buffer('system');
    process.dup(fd);
    expect(process.readdir('/proc/self/fd')).toEqual(expect.arrayContaining(['0', '1']));
    expect(process.readlink(`/proc/self/fd/${fd}`)).toBe('/dmabuf:');
    const info = process.readFile(`/proc/self/fdinfo/${fd}`);
    expect(info).toContain('size:\t8192\ncount:\t2\nexp_name:\tsystem\n');
    expect(() => process.open(`/proc/self/fd/${fd}`, O_RDWR)).toThrow(failure('ENXIO'));
  });

  it('shows page frames to administrators, of ordinary pages', () => {
    const own = process.mmap({ length: 4096, prot: readWrite, flags: MAP_PRIVATE | MAP_ANONYMOUS });
    expect(pagemap(process, own) >> 63n).toBe(0n);
    process.writeMemory(own, Uint8Array.of(1));
    expect(pagemap(process, own) >> 63n).toBe(1n);
    const fd = buffer('linux,cma');
    const mapped = process.mmap({ fd, length: 8192, prot: readWrite, flags: MAP_SHARED });
    process.readMemory(mapped + 4096n, 1);
    const [area] = kernel.cma.all;
    const pfn = Number(pagemap(process, mapped + 4096n) & ((1n << 55n) - 1n));
    expect(pfn - (area?.basePfn ?? 0)).toBe(97);
    const system = process.mmap({ fd: buffer('system'), length: 8192, prot: readWrite, flags: MAP_SHARED });
    process.readMemory(system, 1);
    expect(pagemap(process, system)).toBe(0n);
    const ordinary = spawnProcess(kernel, { uid: 1000, gid: 1000 });
    const other = ordinary.mmap({ length: 4096, prot: readWrite, flags: MAP_PRIVATE | MAP_ANONYMOUS });
    ordinary.writeMemory(other, Uint8Array.of(1));
    expect(pagemap(ordinary, other) >> 63n).toBe(1n);
    expect(pagemap(ordinary, other) & ((1n << 55n) - 1n)).toBe(0n);
  });

  it('tells who a process is, and lets only administrators spare it from the OOM killer', () => {
    const { pid } = process;
    expect(process.readFile('/proc/self/status')).toContain(`Pid:\t${pid}\nPPid:\t1\nUid:\t0\t0\t0\t0\n`);
    expect(process.readFile(`/proc/${pid}/comm`)).toBe('program\n');
    const adjust = process.open('/proc/self/oom_score_adj', O_RDWR);
    process.write(adjust, '500');
    process.setuid(1000);
    expect(() => process.write(adjust, '100')).toThrow(failure('EACCES'));
    expect(() => process.write(adjust, '2000')).toThrow(failure('EINVAL'));
    expect(process.readFile('/proc/self/oom_score_adj')).toBe('500\n');
  });

  it('is another one for every process, and gone with it', () => {
    const child = process.fork();
    expect(process.readlink('/proc/self')).toBe(`${process.pid}`);
    expect(child.readlink('/proc/self')).toBe(`${child.pid}`);
    child.exit();
    process.wait();
    expect(() => process.readFile(`/proc/${child.pid}/maps`)).toThrow(failure('ENOENT'));
  });
});
