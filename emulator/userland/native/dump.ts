import { createHash } from 'node:crypto';
import { closeSync, mkdirSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeWhole } from '../../base/write-whole.ts';
import type { StandIns } from './stand-ins.ts';

/** One buffer of a dump, as its `index.json` tells. */
interface DumpedBuffer {
  readonly file: string;
  readonly heap: string;
  readonly name: string;
  readonly sizeBytes: number;
  readonly sha256: string;
}

/** The dumps of one run, in folders `1`, `2` and so on. */
export class Dumps {
  readonly #folder: string;
  readonly #standIns: StandIns;
  readonly #nameOf: (boardFd: number) => string;
  #count = 0;
  #isOver = false;

  /** `nameOf` tells what SET_NAME called a buffer. */
  constructor(folder: string, standIns: StandIns, nameOf: (boardFd: number) => string) {
    this.#folder = folder;
    this.#standIns = standIns;
    this.#nameOf = nameOf;
  }

  /** What is there now. */
  write(): void {
    this.#count += 1;
    dumpBuffers(`${this.#folder}/${this.#count}`, this.#standIns, this.#nameOf);
  }

  /** What is there when the program ends, in whichever way that is noticed first. */
  writeLast(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.write();
  }
}

/** Writes the bytes of every live buffer into a folder, each into a file, and `index.json` beside them. */
function dumpBuffers(folder: string, standIns: StandIns, nameOf: (boardFd: number) => string): void {
  mkdirSync(folder, { recursive: true });
  const buffers = standIns.all.filter(({ kind }) => kind === 'buffer');
  const index = buffers.map((buffer): DumpedBuffer => {
    const file = `${buffer.id}.bin`;
    const hash = createHash('sha256');
    const fd = openSync(join(folder, file), 'w');
    for (const part of standIns.bytesOf(buffer)) {
      hash.update(part);
      writeWhole(fd, part);
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
