/** Numbers of the flattened format (Devicetree Specification v0.4, chapter 5). */
export const fdtMagic = 0xd00dfeed;

/** The version that is written; blobs of 16 are read too, they lack the last header word. */
export const fdtVersion = 17;
export const fdtLastCompatibleVersion = 16;

/** Sizes of the header in bytes. */
export const headerSize16 = 36;
export const headerSize17 = 40;

export const tokens = { beginNode: 1, endNode: 2, property: 3, nop: 4, end: 9 } as const;

/**
 * How deep nodes may nest. The kernel leaves out what lies deeper than 64; this is far beyond what any board has, and
 * keeps paths and recursion small.
 */
export const deepestNesting = 512;

/** The largest blob that is read. arm64 refuses one above 2 MiB already. */
export const largestBlobBytes = 16 * 1024 * 1024;

export function alignToCell(offset: number): number {
  return (offset + 3) & ~3;
}
