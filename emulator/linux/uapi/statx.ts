import { type FileStatus, majorOf, minorOf } from './stat.ts';

/** struct statx: include/uapi/linux/stat.h. */

export const STATX_BASIC_STATS = 0x7ff;
export const STATX__RESERVED = 0x8000_0000;
export const AT_STATX_SYNC_TYPE = 0x6000;
export const statxSizeBytes = 256;

/** The basic fields, whatever was asked for: no file system here has others, or saves work by leaving some out. */
export function encodeStatx(status: FileStatus, mountId: number): Uint8Array {
  const bytes = new Uint8Array(statxSizeBytes);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, STATX_BASIC_STATS | STATX_MNT_ID, true);
  view.setUint32(4, status.blockSizeBytes, true);
  view.setUint32(16, status.links, true);
  view.setUint32(20, status.uid, true);
  view.setUint32(24, status.gid, true);
  view.setUint16(28, status.mode, true);
  view.setBigUint64(32, BigInt(status.inode), true);
  view.setBigUint64(40, BigInt(status.sizeBytes), true);
  view.setBigUint64(48, BigInt(status.blocks), true);
  for (const offset of [64, 96, 112]) {
    view.setBigInt64(offset, status.timeNanoseconds / 1_000_000_000n, true);
    view.setUint32(offset + 8, Number(status.timeNanoseconds % 1_000_000_000n), true);
  }
  view.setUint32(128, majorOf(status.specialDevice), true);
  view.setUint32(132, minorOf(status.specialDevice), true);
  view.setUint32(136, majorOf(status.device), true);
  view.setUint32(140, minorOf(status.device), true);
  view.setBigUint64(144, BigInt(mountId), true);
  return bytes;
}

const STATX_MNT_ID = 0x1000;
