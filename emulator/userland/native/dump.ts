import { createHash } from 'node:crypto';
import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { StandIns } from './stand-ins.ts';

/** One buffer of a dump, as its `index.json` tells. */
interface DumpedBuffer {
  readonly file: string;
  readonly heap: string;
  readonly name: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

/** Writes the bytes of every live buffer into a folder, each into a file, and `index.json` beside them. */
export function dumpBuffers(folder: string, standIns: StandIns, nameOf: (boardFd: number) => string): void {
  mkdirSync(folder, { recursive: true });
  const buffers = standIns.all.filter(({ kind }) => kind === 'buffer');
  const index = buffers.map((buffer): DumpedBuffer => {
    const file = `${buffer.id}.bin`;
    const hash = createHash('sha256');
    const fd = openSync(join(folder, file), 'w');
    for (const part of standIns.bytesOf(buffer)) {
      hash.update(part);
      writeSync(fd, part);
    }
    closeSync(fd);
    const { label: heap, sizeBytes } = buffer;
    return { file, heap, name: nameOf(buffer.boardFd), sizeBytes, sha256: hash.digest('hex') };
  });
  writeFileSync(
    join(folder, 'index.json'),
    `${JSON.stringify({ schemaVersion: 1, buffers: index }, null, 2)}\n`,
  );
}
