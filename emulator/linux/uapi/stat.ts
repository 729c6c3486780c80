/** File types, modes and struct stat of arm64: include/uapi/linux/stat.h, asm-generic/stat.h. */

export const S_IFMT = 0o170000;
export const S_IFSOCK = 0o140000;
export const S_IFLNK = 0o120000;
export const S_IFREG = 0o100000;
export const S_IFBLK = 0o060000;
export const S_IFDIR = 0o040000;
export const S_IFCHR = 0o020000;
export const S_IFIFO = 0o010000;
export const S_ISUID = 0o4000;
export const S_ISGID = 0o2000;

/** A device number as the kernel keeps it: 12 bits of major, 20 of minor. */
export function makeDevice(major: number, minor: number): number {
  return major * 0x100000 + minor;
}

export function majorOf(device: number): number {
  return Math.floor(device / 0x100000);
}

export function minorOf(device: number): number {
  return device % 0x100000;
}

/** What user space sees of a device number (new_encode_dev()). */
export function encodeDevice(device: number): number {
  const major = majorOf(device);
  const minor = minorOf(device);
  return (minor & 0xff) | (major << 8) | ((minor & ~0xff) << 12);
}

/** The reverse of `encodeDevice` (new_decode_dev()). */
export function decodeDevice(encoded: number): number {
  return makeDevice((encoded & 0xfff00) >> 8, (encoded & 0xff) | ((encoded >>> 12) & 0xfff00));
}

/** What stat calls tell. Times are nanoseconds of the kernel's clock. */
export interface FileStatus {
  readonly device: number;
  readonly inode: number;
  readonly mode: number;
  readonly links: number;
  readonly uid: number;
  readonly gid: number;
  readonly specialDevice: number;
  readonly sizeBytes: number;
  readonly blockSizeBytes: number;
  /** Of 512 bytes each. */
  readonly blocks: number;
  readonly timeNanoseconds: bigint;
}

export const statSizeBytes = 128;

/** struct stat, as newfstatat() and fstat() fill it on arm64. */
export function encodeStat(status: FileStatus): Uint8Array {
  const bytes = new Uint8Array(statSizeBytes);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(encodeDevice(status.device)), true);
  view.setBigUint64(8, BigInt(status.inode), true);
  view.setUint32(16, status.mode, true);
  view.setUint32(20, status.links, true);
  view.setUint32(24, status.uid, true);
  view.setUint32(28, status.gid, true);
  view.setBigUint64(32, BigInt(encodeDevice(status.specialDevice)), true);
  view.setBigInt64(48, BigInt(status.sizeBytes), true);
  view.setInt32(56, status.blockSizeBytes, true);
  view.setBigInt64(64, BigInt(status.blocks), true);
  for (const offset of [72, 88, 104]) {
    view.setBigInt64(offset, status.timeNanoseconds / 1_000_000_000n, true);
    view.setBigInt64(offset + 8, status.timeNanoseconds % 1_000_000_000n, true);
  }
  return bytes;
}

/** Reads struct stat. */
export function decodeStat(bytes: Uint8Array): FileStatus {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return {
    device: decodeDevice(Number(view.getBigUint64(0, true))),
    inode: Number(view.getBigUint64(8, true)),
    mode: view.getUint32(16, true),
    links: view.getUint32(20, true),
    uid: view.getUint32(24, true),
    gid: view.getUint32(28, true),
    specialDevice: decodeDevice(Number(view.getBigUint64(32, true))),
    sizeBytes: Number(view.getBigInt64(48, true)),
    blockSizeBytes: view.getInt32(56, true),
    blocks: Number(view.getBigInt64(64, true)),
    timeNanoseconds: view.getBigInt64(72, true) * 1_000_000_000n + view.getBigInt64(80, true),
  };
}
