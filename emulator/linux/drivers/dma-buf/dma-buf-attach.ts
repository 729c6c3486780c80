import { hex } from '../../../base/units.ts';
import type { Kernel } from '../../init/kernel.ts';
import { type Errno, errno } from '../../uapi/errno.ts';
import type { Device, PageRun } from '../base/device.ts';
import type { Attachment, DmaBuf } from './dma-buf.ts';

/**
 * Devices at a buffer's other end. Plays drivers/dma-buf/dma-buf.c, dma_buf_attach() and dma_buf_map_attachment(), with
 * what the heaps do in their hooks, and dma_map_sgtable() of kernel/dma/mapping.c.
 * Deviations: a mapping belongs to its attachment, so each device maps a buffer once.
 */

/** One entry of a scatter list as a device sees it. */
export interface ScatterEntry extends PageRun {
  /**
   * Address on the device's bus; behind an IOMMU, counted from the beginning of its one range; 0 where the device works
   * on a copy in the bounce buffers.
   */
  readonly busAddress: bigint;
}

/** A buffer that a device has mapped. */
export interface MappedAttachment extends Attachment {
  readonly device: Device;
  readonly buffer: DmaBuf;
  readonly entries: readonly ScatterEntry[];
}

/** Why a device cannot have a buffer: -errno, and what it means. */
export interface AttachmentRefusal {
  readonly result: Errno;
  readonly why: string;
}

/** Slots of the bounce buffers are 2 KiB; one mapping takes 128 of them at most. */
const largestBounceBytes = 256 * 1024;

/** The buffer's pages as runs: the exporter's own list, or neighbours of its pages joined. */
export function runsOf(buffer: DmaBuf, pageSizeBytes: number): readonly PageRun[] {
  const stated = buffer.operations.scatter?.();
  if (stated !== undefined) return stated;
  const runs: { pfn: number; pageCount: number }[] = [];
  for (let page = 0; page * pageSizeBytes < buffer.sizeBytes; page += 1) {
    const pfn = buffer.operations.pageAt(page);
    if (pfn === undefined) break;
    const last = runs.at(-1);
    if (last !== undefined && last.pfn + last.pageCount === pfn) last.pageCount += 1;
    else runs.push({ pfn, pageCount: 1 });
  }
  return runs;
}

/** Whether a device sees a scatter list as one run of addresses. */
export function isContiguous(entries: readonly ScatterEntry[], pageSizeBytes: number): boolean {
  return entries.every((entry, index) => {
    const before = entries[index - 1];
    if (before === undefined) return true;
    return before.busAddress + BigInt(before.pageCount * pageSizeBytes) === entry.busAddress;
  });
}

/** dma_buf_attach() and dma_buf_map_attachment(): the buffer as the device sees it, or why it cannot. */
export function attachBuffer(
  kernel: Kernel,
  buffer: DmaBuf,
  device: Device,
): MappedAttachment | AttachmentRefusal {
  const attached = buffer.operations.attach?.(device) ?? 0;
  if (attached < 0) return { result: attached, why: 'the exporter refuses the device' };
  const mapped = mapScatter(kernel, buffer, device);
  if ('result' in mapped) {
    buffer.operations.detach?.(device);
    return mapped;
  }
  const attachment: MappedAttachment = { deviceName: device.name, device, buffer, entries: mapped.entries };
  buffer.attachments.push(attachment);
  buffer.file.get();
  kernel.coherency.mapped(buffer, device);
  return attachment;
}

/** dma_buf_unmap_attachment() and dma_buf_detach() */
export function detachBuffer(kernel: Kernel, attachment: MappedAttachment): void {
  const { buffer, device } = attachment;
  const index = buffer.attachments.indexOf(attachment);
  if (index < 0) return;
  kernel.coherency.unmapped(buffer, device);
  buffer.attachments.splice(index, 1);
  buffer.operations.detach?.(device);
  buffer.file.put(kernel, 'importer');
}

/** dma_map_sgtable(): bus addresses for every run; runs out of reach go through the bounce buffers, or fail. */
function mapScatter(
  kernel: Kernel,
  buffer: DmaBuf,
  device: Device,
): { readonly entries: readonly ScatterEntry[] } | AttachmentRefusal {
  const { pageSizeBytes } = kernel;
  const runs = runsOf(buffer, pageSizeBytes);
  const pages = runs.reduce((sum, { pageCount }) => sum + pageCount, 0);
  if (pages * pageSizeBytes < buffer.sizeBytes) {
    return { result: -errno.ENOMEM, why: 'the exporter has no memory for the whole buffer' };
  }
  const entries: ScatterEntry[] = [];
  let offset = 0n;
  for (const { pfn, pageCount } of runs) {
    const sizeBytes = BigInt(pageCount * pageSizeBytes);
    const physical = BigInt(pfn * pageSizeBytes);
    if (device.facts.isTranslated) entries.push({ pfn, pageCount, busAddress: offset });
    else if (device.reaches(physical, sizeBytes)) {
      const busAddress = device.busAddressOf(physical) ?? physical;
      entries.push({ pfn, pageCount, busAddress });
    } else {
      const refusal = bounce(kernel, device, physical, sizeBytes);
      if (refusal !== undefined) return refusal;
      entries.push({ pfn, pageCount, busAddress: 0n });
    }
    offset += sizeBytes;
  }
  return { entries };
}

/** What becomes of a run that the device cannot address: nothing where bounce buffers take it, or a refusal. */
function bounce(
  kernel: Kernel,
  device: Device,
  physical: bigint,
  sizeBytes: bigint,
): AttachmentRefusal | undefined {
  const { log, release } = kernel;
  const result = -errno[release.behaviours.scatterMapError];
  const reach = `[${hex(physical)}, ${hex(physical + sizeBytes)}) is beyond what the device addresses, which ends at ${hex(device.lastPhysicalAddress)}`;
  if (!hasBounceBuffers(kernel)) {
    const mask = device.facts.coherentMask.toString(16);
    const limit = device.facts.busLimit.toString(16);
    const at = (device.busAddressOf(physical) ?? physical).toString(16).padStart(16, '0');
    log.warn(`${device.logPrefix}DMA addr 0x${at}+${sizeBytes} overflow (mask ${mask}, bus limit ${limit}).`);
    return { result, why: reach };
  }
  if (sizeBytes <= largestBounceBytes) return undefined;
  log.warn(
    `${device.logPrefix}swiotlb buffer is full (sz: ${sizeBytes} bytes), total 32768 (slots), used 0 (slots)`,
  );
  return { result, why: `${reach}, and bounce buffers take no run above 256 KiB` };
}

/** Whether the boot set bounce buffers aside: some memory lies beyond what every bus master reaches. */
function hasBounceBuffers({ config, memblock, pages, pageSizeBytes }: Kernel): boolean {
  const dma =
    pages.zones.find(({ name }) => name === 'DMA') ?? pages.zones.find(({ name }) => name === 'DMA32');
  const end = dma === undefined ? 1n << 32n : BigInt(dma.endPfn * pageSizeBytes);
  return config.enabled('SWIOTLB') && memblock.endOfMemory > end;
}
