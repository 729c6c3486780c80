/** struct linux_dirent64, as getdents64() fills it: include/linux/dirent.h. */

/** One entry of a directory. */
export interface DirectoryEntry {
  readonly name: string;
  readonly inode: number;
  /** File type bits of the mode, shifted down by 12 (DT_DIR is 4, DT_CHR is 2, DT_REG is 8, DT_LNK is 10). */
  readonly type: number;
}

const utf8 = new TextEncoder();
const text = new TextDecoder();

/** The record of one entry; `nextOffset` is what telldir() would give for the next. */
export function encodeDirectoryEntry(entry: DirectoryEntry, nextOffset: number): Uint8Array {
  const name = utf8.encode(entry.name);
  const sizeBytes = (19 + name.length + 1 + 7) & ~7;
  const bytes = new Uint8Array(sizeBytes);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(entry.inode), true);
  view.setBigInt64(8, BigInt(nextOffset), true);
  view.setUint16(16, sizeBytes, true);
  view.setUint8(18, entry.type);
  bytes.set(name, 19);
  return bytes;
}

/** Reads what getdents64() left in a buffer. */
export function decodeDirectoryEntries(bytes: Uint8Array): DirectoryEntry[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const entries: DirectoryEntry[] = [];
  for (let offset = 0; offset + 19 <= bytes.length; ) {
    const sizeBytes = view.getUint16(offset + 16, true);
    if (sizeBytes === 0) break;
    const name = bytes.subarray(offset + 19, offset + sizeBytes);
    const end = name.indexOf(0);
    entries.push({
      name: text.decode(end < 0 ? name : name.subarray(0, end)),
      inode: Number(view.getBigUint64(offset, true)),
      type: view.getUint8(offset + 18),
    });
    offset += sizeBytes;
  }
  return entries;
}
