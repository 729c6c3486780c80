import { beforeEach, describe, expect, it } from 'vitest';
import { bootSmall } from '../../../testing/boot-small.ts';
import { treeWith } from '../../../testing/build-tree.ts';
import { type Process, spawnProcess } from '../../../userland/process.ts';
import type { Device } from '../../drivers/base/device.ts';
import type { DmaBuf } from '../../drivers/dma-buf/dma-buf.ts';
import { attachBuffer, detachBuffer, type MappedAttachment } from '../../drivers/dma-buf/dma-buf-attach.ts';
import type { Kernel } from '../../init/kernel.ts';
import type { CoherencyMode } from '../../init/platform.ts';
import { O_RDWR } from '../../uapi/fcntl.ts';
import { MAP_SHARED, PROT_READ, PROT_WRITE } from '../../uapi/mman.ts';

const startRead = 1;
const startWrite = 2;
const end = 4;

let kernel: Kernel;
let process: Process;
let fd: number;
let address: bigint;
let buffer: DmaBuf;
let device: Device;
let attachment: MappedAttachment;

function begin(mode: CoherencyMode, path = '/isp'): void {
  const nodes = {
    isp: { compatible: 'a,isp' },
    snooping: { compatible: 'a,snooping', 'dma-coherent': true as const },
  };
  const outcome = bootSmall(treeWith({ root: nodes }), { platform: { coherency: mode } });
  if (outcome.kernel === undefined) throw new Error('the board panicked');
  kernel = outcome.kernel;
  process = spawnProcess(kernel);
  fd = process.dmaHeapAlloc(process.open('/dev/dma_heap/system', O_RDWR), 8192, O_RDWR);
  address = process.mmap({ fd, length: 8192, prot: PROT_READ | PROT_WRITE, flags: MAP_SHARED });
  const node = kernel.handoff.tree.node(path);
  const probed =
    node === undefined ? -1 : kernel.devices.probe(kernel, node, { region: 'none', dmaBits: 64 });
  const [live] = kernel.dmaBufs.live;
  if (typeof probed === 'number' || live === undefined) throw new Error('no device or no buffer');
  device = probed;
  buffer = live;
  const mapped = attachBuffer(kernel, buffer, device);
  if ('result' in mapped) throw new Error(mapped.why);
  attachment = mapped;
}

const deviceWrites = (offset: number, ...bytes: number[]) =>
  kernel.coherency.deviceWrites(buffer, device, offset, Uint8Array.from(bytes));
const deviceReads = (offset: number) => kernel.coherency.deviceReads(buffer, device, offset, 1)[0];
const processReads = (offset: number) => process.readMemory(address + BigInt(offset), 1)[0];
const processWrites = (offset: number, byte: number) =>
  process.writeMemory(address + BigInt(offset), Uint8Array.of(byte));
const findings = () => kernel.coherency.findings.map(({ id }) => id);

describe('without coherent DMA', () => {
  beforeEach(() => begin('none'));

  it('a process sees what a device wrote once it has begun to read, and is told if it did not', () => {
    deviceWrites(4094, 1, 2, 3, 4);
    expect(processReads(4096)).toBe(0);
    expect(processReads(4096)).toBe(0);
    expect(findings()).toEqual(['stale-read']);
    process.dmaBufSync(fd, startRead);
    expect([4094, 4095, 4096, 4097].map(processReads)).toEqual([1, 2, 3, 4]);
    process.dmaBufSync(fd, startRead | end);
    expect(findings()).toEqual(['stale-read']);
  });

  it('a new write of the device is a new finding', () => {
    deviceWrites(0, 1);
    processReads(0);
    deviceWrites(0, 2);
    processReads(0);
    expect(findings()).toEqual(['stale-read', 'stale-read']);
  });

  it('beginning to write does not bring in what the device wrote', () => {
    deviceWrites(0, 9);
    process.dmaBufSync(fd, startWrite);
    expect(processReads(0)).toBe(0);
  });

  it('a device sees what a process wrote once that has ended its access', () => {
    process.dmaBufSync(fd, startWrite);
    processWrites(10, 7);
    expect(deviceReads(10)).toBe(0);
    process.dmaBufSync(fd, startWrite | end);
    expect(deviceReads(10)).toBe(7);
    expect(findings()).toEqual(['lost-write']);
  });

  it('mapping and letting go maintain the caches too', () => {
    processWrites(0, 5);
    detachBuffer(kernel, attachment);
    const again = attachBuffer(kernel, buffer, device);
    expect(deviceReads(0)).toBe(5);
    deviceWrites(0, 6);
    if (!('result' in again)) detachBuffer(kernel, again);
    expect(processReads(0)).toBe(6);
    expect(findings()).toEqual([]);
  });

  it('an end without a beginning, and a beginning without an end, are told', () => {
    process.dmaBufSync(fd, startRead | end);
    process.dmaBufSync(fd, startRead);
    detachBuffer(kernel, attachment);
    process.exit();
    expect(findings()).toEqual(['unpaired-end', 'unended-start']);
  });
});

describe('coherent DMA', () => {
  it('needs no SYNC, and nothing is watched', () => {
    begin('full');
    deviceWrites(0, 1);
    expect(processReads(0)).toBe(1);
    processWrites(1, 2);
    expect(deviceReads(1)).toBe(2);
    process.dmaBufSync(fd, startRead | end);
    expect(findings()).toEqual([]);
  });

  it('is that of devices whose tree says so', () => {
    begin('tree', '/snooping');
    deviceWrites(0, 1);
    expect(processReads(0)).toBe(1);
    begin('tree', '/isp');
    deviceWrites(0, 1);
    expect(processReads(0)).toBe(0);
  });
});
