import { writeSync } from 'node:fs';

/**
 * Writes all bytes to an open file, from `position` on, or where the file stands. One call to the system may take a part
 * alone, as where the disk becomes full: the rest is written too, or what refuses it is thrown as Node throws it.
 * Returns the length in bytes.
 */
export function writeWhole(fd: number, content: string | Uint8Array, position?: number): number {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  for (let done = 0; done < bytes.length; ) {
    const at = position === undefined ? null : position + done;
    done += writeSync(fd, bytes, done, bytes.length - done, at);
  }
  return bytes.length;
}
