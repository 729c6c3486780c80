/** A gzip file whose content is stored and not packed: the same bytes on every host (RFC 1951 and 1952). */

const header = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3];
const largestBlock = 0xffff;

function crc32(bytes: Uint8Array): number {
  let crc = 0xffff_ffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc & 1) !== 0 ? (crc >>> 1) ^ 0xedb8_8320 : crc >>> 1;
  }
  return (crc ^ 0xffff_ffff) >>> 0;
}

/** `content` as a gzip file without a name and a time. */
export function gzipStored(content: Uint8Array): Uint8Array {
  const blocks = Math.max(1, Math.ceil(content.length / largestBlock));
  const file = new Uint8Array(header.length + 5 * blocks + content.length + 8);
  const view = new DataView(file.buffer);
  file.set(header);
  let at = header.length;
  for (let block = 0; block < blocks; block += 1) {
    const part = content.subarray(block * largestBlock, (block + 1) * largestBlock);
    view.setUint8(at, block === blocks - 1 ? 1 : 0);
    view.setUint16(at + 1, part.length, true);
    view.setUint16(at + 3, ~part.length & 0xffff, true);
    file.set(part, at + 5);
    at += 5 + part.length;
  }
  view.setUint32(at, crc32(content), true);
  view.setUint32(at + 4, content.length, true);
  return file;
}
