import type { DtNode } from '../../devicetree/tree.ts';
import { type DeviceRow, deviceRows } from './device-rows.ts';

/** What sort of device a DMA master is. */
export type DeviceKind =
  | 'display'
  | 'camera'
  | 'codec'
  | 'gpu'
  | 'processor'
  | 'storage'
  | 'usb'
  | 'network'
  | 'crypto'
  | 'dma'
  | 'audio'
  | 'pci'
  | 'other';

/** Nodes without DMA of their own: they tie others together, are fed by others, only name a region for software, or may be empty slots. */
const withoutDma =
  /-vc[456]$|mipi-csi|smmu|iommu|display-(?:engine|subsystem)$|-tcon(?:-.+)?$|^allwinner,.*-codec(?:-.+)?$|^qcom,(?:smem|cmd-db|rmtfs-mem)$|^simple-framebuffer$|^virtio,mmio$|^smsc,lan9/;

/** The row of the table that tells a node; undefined for what neither name nor compatible tell. */
export function deviceRowOf({ baseName, compatible }: DtNode): DeviceRow | undefined {
  if (compatible.some((one) => withoutDma.test(one))) return undefined;
  const byCompatible = deviceRows.find((row) => compatible.some((one) => row.compatible?.test(one)));
  if (byCompatible !== undefined || compatible.length === 0) return byCompatible;
  return deviceRows.find((row) => row.name?.test(baseName));
}

/** Whether a node is only named as a user of memory: nothing there reads or writes it by itself. */
export function isWithoutDma({ compatible }: DtNode): boolean {
  return compatible.some((one) => withoutDma.test(one));
}

/** Whether devices of a kind take whole images or streams, and so want contiguous memory where they have no IOMMU. */
export function wantsWholeBuffers(kind: DeviceKind): boolean {
  return kind === 'display' || kind === 'camera' || kind === 'codec';
}
