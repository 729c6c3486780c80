import { stateBytes } from './state.ts';

/** Entries of each translation table, and bytes of an entry: page address 8, offset of its frame 4, nothing 4. */
export const tableEntries = 1024;
export const tableEntryBytes = 16;
/** The unit in which memory is found: the frames of sparse RAM. */
export const frameBytes = 4096;

const readTable = 4096;
const writeTable = readTable + tableEntries * tableEntryBytes;
const jumpTable = writeTable + tableEntries * tableEntryBytes;
export const jumpEntries = 4096;
const zeroFrame = jumpTable + jumpEntries * 16;
const firstFrame = zeroFrame + frameBytes;

/** Where things lie in the arena. */
export const arenaLayout = { state: 0, stateBytes, readTable, writeTable, jumpTable, zeroFrame } as const;

const wasmPageBytes = 65536;
const growPages = 512;

/**
 * Memory that translated code and the emulated board share: the running thread's registers, tables from user pages to
 * frames, and the frames of the board's RAM that have bytes. It grows as frames are taken, up to 4 GiB.
 */
export class Arena {
  readonly memory: WebAssembly.Memory;
  #view: DataView;
  #bytes: Uint8Array;
  #next = firstFrame;
  readonly #free: number[] = [];
  /** Told of each frame that is given back. */
  onFrameFreed: (offset: number) => void = () => {};

  constructor() {
    this.memory = new WebAssembly.Memory({ initial: growPages, maximum: 65536, shared: true });
    this.#view = new DataView(this.memory.buffer);
    this.#bytes = new Uint8Array(this.memory.buffer);
  }

  /** All of it; stays valid for what existed when it was asked for. */
  get view(): DataView {
    return this.#view;
  }

  get bytes(): Uint8Array {
    return this.#bytes;
  }

  /** A frame of zeroes. */
  take(): Uint8Array {
    const reused = this.#free.pop();
    const offset = reused ?? this.#next;
    if (reused === undefined) {
      this.#next += frameBytes;
      if (this.#next > this.#bytes.length) this.#grow();
    }
    const frame = new Uint8Array(this.memory.buffer, offset, frameBytes);
    if (reused !== undefined) frame.fill(0);
    return frame;
  }

  /** Gives a frame back. */
  give(frame: Uint8Array): void {
    this.#free.push(frame.byteOffset);
    this.onFrameFreed(frame.byteOffset);
  }

  #grow(): void {
    const pages = Math.min(growPages, 65536 - this.#bytes.length / wasmPageBytes);
    if (pages === 0) throw new RangeError('an emulated program wrote to more than 4 GiB of memory');
    this.memory.grow(pages);
    this.#view = new DataView(this.memory.buffer);
    this.#bytes = new Uint8Array(this.memory.buffer);
  }
}
