import { closeSync, openSync, readSync } from 'node:fs';
import { inputError } from './input-error.ts';

/** What has no size of its own may never end, as /dev/zero: no input is as long as that. */
const mostBytes = 64 * 2 ** 20;

function tooLong(file: string) {
  return inputError('file-unreadable', { file, reason: 'it has more than 64 MiB, or no end' });
}

/**
 * All bytes of a pipe or a device, by its path. One without an end is an InputError; what the system refuses is thrown
 * as Node throws it.
 */
export function readWhole(path: string): Uint8Array {
  const pieces: Uint8Array[] = [];
  const fd = openSync(path, 'r');
  try {
    for (let sizeBytes = 0; sizeBytes <= mostBytes; ) {
      const piece = Buffer.alloc(64 * 1024);
      const count = readSync(fd, piece);
      if (count === 0) return Buffer.concat(pieces);
      pieces.push(piece.subarray(0, count));
      sizeBytes += count;
    }
  } finally {
    closeSync(fd);
  }
  throw tooLong(path);
}

/** All of standard input. One without an end is an InputError. */
export async function readStandardInput(): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const piece of process.stdin) {
    const bytes: Uint8Array = Buffer.from(piece);
    pieces.push(bytes);
    sizeBytes += bytes.length;
    if (sizeBytes > mostBytes) throw tooLong('<stdin>');
  }
  return Buffer.concat(pieces);
}
