import type { Device } from '../linux/drivers/base/device.ts';
import { type DmaBuf, DmaBufFile } from '../linux/drivers/dma-buf/dma-buf.ts';
import { attachBuffer, detachBuffer, isContiguous } from '../linux/drivers/dma-buf/dma-buf-attach.ts';
import type { Kernel } from '../linux/init/kernel.ts';
import { allocCoherent } from '../linux/kernel/dma/mapping.ts';
import { errno } from '../linux/uapi/errno.ts';
import type { Process } from '../userland/process.ts';
import type {
  AttachmentHeld,
  DeviceMemoryHeld,
  DeviceRefusal,
  DeviceSeen,
  DriverSetUp,
} from '../userland/workload/host.ts';

/** The device of a node as workloads see it; a refusal where its driver cannot probe, undefined without a node. */
export function workloadDevice(
  kernel: Kernel,
  path: string,
  setUp: DriverSetUp,
): DeviceSeen | DeviceRefusal | undefined {
  const node = kernel.handoff.tree.node(path);
  if (node === undefined) return undefined;
  const device = kernel.devices.probe(kernel, node, setUp);
  if (typeof device === 'number') return { refused: device, why: reasons(kernel, path, node.available) };
  return {
    name: device.name,
    allocate: (sizeBytes, how) => allocate(kernel, device, sizeBytes, how),
    attach: (process, fd, { contiguous }) =>
      attach(kernel, device, bufferAt(kernel, process, fd), contiguous),
    write: (process, fd, offset, bytes) => {
      const buffer = bufferAt(kernel, process, fd);
      if (buffer !== undefined) kernel.coherency.deviceWrites(buffer, device, offset, bytes);
    },
    read: (process, fd, offset, lengthBytes) => {
      const buffer = bufferAt(kernel, process, fd);
      if (buffer === undefined) return new Uint8Array(lengthBytes);
      return kernel.coherency.deviceReads(buffer, device, offset, lengthBytes);
    },
  };
}

function reasons({ decisions }: Kernel, path: string, isAvailable: boolean): readonly string[] {
  const last = decisions.about(path).at(-1);
  if (last !== undefined) return [`${path}: ${last.outcome}`];
  return isAvailable ? [] : [`${path} is not available (its status)`];
}

function allocate(
  kernel: Kernel,
  device: Device,
  sizeBytes: bigint,
  how: { readonly atomic: boolean; readonly forceContiguous: boolean },
): DeviceMemoryHeld | DeviceRefusal {
  const memory = allocCoherent(kernel, device, { sizeBytes, ...how });
  if (memory.source === undefined) {
    const why = memory.tried.map(({ what, result }) => `${device.name} tried ${what}: ${result}`);
    return { refused: -errno.ENOMEM, why };
  }
  kernel.devices.keep(memory);
  return { sizeBytes, free: () => kernel.devices.free(memory) };
}

function attach(
  kernel: Kernel,
  device: Device,
  buffer: DmaBuf | undefined,
  contiguous: boolean,
): AttachmentHeld | DeviceRefusal {
  if (buffer === undefined) return { refused: -errno.EINVAL, why: ['the descriptor is no buffer'] };
  const attachment = attachBuffer(kernel, buffer, device);
  if ('result' in attachment) return { refused: attachment.result, why: [attachment.why] };
  const { entries } = attachment;
  if (contiguous && !isContiguous(entries, kernel.pageSizeBytes)) {
    detachBuffer(kernel, attachment);
    const why = `the buffer has ${entries.length} runs of memory, and ${device.name} has no IOMMU that joins them`;
    return { refused: -errno.EINVAL, why: [why] };
  }
  return { detach: () => detachBuffer(kernel, attachment) };
}

function bufferAt(kernel: Kernel, process: Process, fd: number): DmaBuf | undefined {
  const file = kernel.tasks.byPid(process.pid)?.files.get(fd);
  return file instanceof DmaBufFile ? file.buffer : undefined;
}
