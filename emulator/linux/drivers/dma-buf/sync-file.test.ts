import { beforeEach, describe, expect, it } from 'vitest';
import { failure } from '../../../testing/failures.ts';
import { smallKernel } from '../../../testing/small-kernel.ts';
import { WaitsForever } from '../../../userland/errors.ts';
import { type Process, spawnProcess } from '../../../userland/process.ts';
import type { Kernel } from '../../init/kernel.ts';
import {
  DMA_BUF_IOCTL_EXPORT_SYNC_FILE,
  DMA_BUF_IOCTL_IMPORT_SYNC_FILE,
  DMA_BUF_SYNC_END,
  DMA_BUF_SYNC_READ,
  DMA_BUF_SYNC_WRITE,
} from '../../uapi/dma-buf.ts';
import { O_RDWR } from '../../uapi/fcntl.ts';
import { POLLIN, POLLOUT } from '../../uapi/poll.ts';
import {
  SW_SYNC_IOC_CREATE_FENCE,
  SW_SYNC_IOC_INC,
  SYNC_IOC_FILE_INFO,
  SYNC_IOC_MERGE,
} from '../../uapi/sync-file.ts';

let kernel: Kernel;
let process: Process;
let timeline: number;
let buffer: number;

beforeEach(() => {
  kernel = smallKernel({ symbols: ['SW_SYNC=y'] });
  process = spawnProcess(kernel);
  timeline = process.open('/sys/kernel/debug/sync/sw_sync', O_RDWR);
  buffer = process.dmaHeapAlloc(process.open('/dev/dma_heap/system', O_RDWR), 4096, O_RDWR);
});

/** struct sw_sync_create_fence_data: value @0, name @4, fence @36. */
function fenceAt(value: number): number {
  const argument = new Uint8Array(40);
  const view = new DataView(argument.buffer);
  view.setUint32(0, value, true);
  process.ioctl(timeline, SW_SYNC_IOC_CREATE_FENCE, argument);
  return view.getInt32(36, true);
}

const advance = (steps: number) => process.ioctl(timeline, SW_SYNC_IOC_INC, Uint8Array.of(steps, 0, 0, 0));

/** The argument of EXPORT_SYNC_FILE and IMPORT_SYNC_FILE. */
function fences(request: number, flags: number, fd = -1): number {
  const argument = new Uint8Array(8);
  const view = new DataView(argument.buffer);
  view.setUint32(0, flags, true);
  view.setInt32(4, fd, true);
  process.ioctl(buffer, request, argument);
  return view.getInt32(4, true);
}

const importFence = (flags: number, fd: number) => fences(DMA_BUF_IOCTL_IMPORT_SYNC_FILE, flags, fd);
const exportFences = (flags: number) => fences(DMA_BUF_IOCTL_EXPORT_SYNC_FILE, flags);

/** struct sync_file_info: name @0, status @32, number of fences @40. */
function info(fd: number): { readonly name: string; readonly status: number; readonly fences: number } {
  const argument = new Uint8Array(56);
  process.ioctl(fd, SYNC_IOC_FILE_INFO, argument);
  const view = new DataView(argument.buffer);
  const end = argument.indexOf(0);
  const name = new TextDecoder().decode(argument.subarray(0, end));
  return { name, status: view.getInt32(32, true), fences: view.getUint32(40, true) };
}

function ready(fd: number): number {
  const entry = new Uint8Array(8);
  const view = new DataView(entry.buffer);
  view.setInt32(0, fd, true);
  view.setUint16(4, POLLIN | POLLOUT, true);
  const { memory } = process;
  const at = memory.push(entry);
  process.syscall('ppoll', at, 1, memory.push(new Uint8Array(16)), 0, 8);
  const events = new DataView(memory.read(at, 8).buffer).getUint16(6, true);
  memory.pop(at);
  return events;
}

describe('a fence', () => {
  it('is signalled once its time line stands at its value, and stays so', () => {
    const [first, second] = [fenceAt(1), fenceAt(2)];
    expect([info(first).status, info(second).status]).toEqual([0, 0]);
    advance(1);
    expect([info(first).status, info(second).status]).toEqual([1, 0]);
    expect([ready(first), ready(second)]).toEqual([POLLIN, 0]);
    advance(5);
    expect(info(second).status).toBe(1);
  });

  it('fails with ENOENT where its time line goes first', () => {
    const fence = fenceAt(1);
    process.close(timeline);
    expect(info(fence).status).toBe(-2);
  });
});

describe('merged fences', () => {
  it('are signalled when all are', () => {
    const merge = (one: number, other: number): number => {
      const argument = new Uint8Array(48);
      const view = new DataView(argument.buffer);
      argument.set(new TextEncoder().encode('both'));
      view.setInt32(32, other, true);
      process.ioctl(one, SYNC_IOC_MERGE, argument);
      return view.getInt32(36, true);
    };
    const otherLine = process.open('/sys/kernel/debug/sync/sw_sync', O_RDWR);
    const first = fenceAt(1);
    const own = timeline;
    timeline = otherLine;
    const second = fenceAt(1);
    const both = merge(first, second);
    expect(info(both)).toEqual({ name: 'both', status: 0, fences: 2 });
    advance(1);
    expect(info(both).status).toBe(0);
    timeline = own;
    advance(1);
    expect(info(both).status).toBe(1);
    expect(() => merge(first, buffer)).toThrow(failure('ENOENT'));
  });
});

describe('the fences of a buffer', () => {
  it('make readers wait for writers, and writers for all', () => {
    expect(ready(buffer)).toBe(POLLIN | POLLOUT);
    importFence(DMA_BUF_SYNC_READ, fenceAt(1));
    expect(ready(buffer)).toBe(POLLIN);
    process.dmaBufSync(buffer, DMA_BUF_SYNC_READ);
    expect(() => process.dmaBufSync(buffer, DMA_BUF_SYNC_WRITE)).toThrow(WaitsForever);
  });

  it('let an access end and a signalled one begin at once', () => {
    importFence(DMA_BUF_SYNC_WRITE, fenceAt(1));
    process.dmaBufSync(buffer, DMA_BUF_SYNC_WRITE | DMA_BUF_SYNC_END);
    advance(1);
    process.dmaBufSync(buffer, DMA_BUF_SYNC_WRITE);
    expect(ready(buffer)).toBe(POLLIN | POLLOUT);
  });

  it('come out as one sync file, signalled where there are none', () => {
    expect(info(exportFences(DMA_BUF_SYNC_WRITE)).status).toBe(1);
    importFence(DMA_BUF_SYNC_READ, fenceAt(1));
    expect(info(exportFences(DMA_BUF_SYNC_READ)).status).toBe(1);
    expect(info(exportFences(DMA_BUF_SYNC_WRITE)).status).toBe(0);
    expect(() => exportFences(0)).toThrow(failure('EINVAL'));
    expect(() => exportFences(4)).toThrow(failure('EINVAL'));
    expect(() => importFence(DMA_BUF_SYNC_READ, buffer)).toThrow(failure('EINVAL'));
  });

  it('keep a buffer that somebody polled until they are signalled', () => {
    importFence(DMA_BUF_SYNC_WRITE, fenceAt(1));
    expect(ready(buffer)).toBe(0);
    process.close(buffer);
    expect(kernel.dmaBufs.live).toHaveLength(1);
    advance(1);
    expect(kernel.dmaBufs.live).toEqual([]);
  });
});
