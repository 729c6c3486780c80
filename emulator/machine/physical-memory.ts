const frameShift = 12;
const frameBytes = 1 << frameShift;
/** Frames of one block; a block is the unit in which untouched memory is skipped. */
const blockFrames = 512;
const blockBytes = frameBytes * blockFrames;

/** 2 MiB of RAM of which at least one frame has been written. */
interface Block {
  readonly frames: (Uint8Array | undefined)[];
  written: number;
}

/** Where the bytes of frames come from. */
export interface FrameStore {
  /** 4 KiB of zeroes. */
  take(): Uint8Array;
  /** Takes a frame back. */
  give(frame: Uint8Array): void;
}

/** Frames that are kept for the next ones: making one is dearer than clearing one. */
const mostSpareFrames = 64;

/** Frames of their own. */
class OwnFrames implements FrameStore {
  readonly #spare: Uint8Array[] = [];

  take(): Uint8Array {
    return this.#spare.pop()?.fill(0) ?? new Uint8Array(frameBytes);
  }

  give(frame: Uint8Array): void {
    if (this.#spare.length < mostSpareFrames) this.#spare.push(frame);
  }
}

/**
 * RAM, sparse: a frame of 4 KiB has bytes once something was written to it, everything else reads as zero
 * and costs nothing. Zeroing a range drops its frames. Which addresses are RAM at all is not known here.
 * Addresses are numbers: physical ones stay below 2^53.
 */
export class PhysicalMemory {
  readonly #blocks = new Map<number, Block>();
  #writtenFrames = 0;
  #store: FrameStore = new OwnFrames();
  /** Changes whenever a frame begins or ceases to have bytes. */
  generation = 0;

  /** Moves all bytes to frames of another store, and takes new ones from there. */
  useStore(store: FrameStore): void {
    this.#store = store;
    this.generation += 1;
    for (const { frames } of this.#blocks.values()) {
      for (const [index, frame] of frames.entries()) {
        if (frame === undefined) continue;
        const moved = store.take();
        moved.set(frame);
        frames[index] = moved;
      }
    }
  }

  /** The bytes of the frame at `address`, or undefined where nobody wrote to it. */
  frame(address: number): Uint8Array | undefined {
    return this.#frame(address);
  }

  /** The bytes of the frame at `address`, made where they are missing. */
  frameToWrite(address: number): Uint8Array {
    return this.#frameToWrite(address);
  }

  /** Bytes that the host holds for the emulated RAM. */
  get residentBytes(): number {
    return this.#writtenFrames * frameBytes;
  }

  /** Copies `lengthBytes` from `address` to `target` at `targetOffset`. */
  read(
    address: number,
    target: Uint8Array,
    targetOffset = 0,
    lengthBytes = target.length - targetOffset,
  ): void {
    for (let done = 0; done < lengthBytes; ) {
      const at = address + done;
      const offset = at & (frameBytes - 1);
      const count = Math.min(frameBytes - offset, lengthBytes - done);
      const frame = this.#frame(at);
      const start = targetOffset + done;
      if (frame === undefined) target.fill(0, start, start + count);
      else copy(frame, offset, target, start, count);
      done += count;
    }
  }

  /** Copies `lengthBytes` from `source` at `sourceOffset` to `address`. */
  write(
    address: number,
    source: Uint8Array,
    sourceOffset = 0,
    lengthBytes = source.length - sourceOffset,
  ): void {
    for (let done = 0; done < lengthBytes; ) {
      const at = address + done;
      const offset = at & (frameBytes - 1);
      const count = Math.min(frameBytes - offset, lengthBytes - done);
      copy(source, sourceOffset + done, this.#frameToWrite(at), offset, count);
      done += count;
    }
  }

  /** Sets every byte of a range to `value`. */
  fill(address: number, lengthBytes: number, value: number): void {
    if (value === 0) {
      this.zero(address, lengthBytes);
      return;
    }
    for (let done = 0; done < lengthBytes; ) {
      const at = address + done;
      const offset = at & (frameBytes - 1);
      const count = Math.min(frameBytes - offset, lengthBytes - done);
      this.#frameToWrite(at).fill(value, offset, offset + count);
      done += count;
    }
  }

  /** Zeroes a range. Whole frames cease to exist; the cost is one look per 2 MiB of the range, or of what was written. */
  zero(address: number, lengthBytes: number): void {
    if (this.#writtenFrames === 0) return;
    const end = address + lengthBytes;
    if (lengthBytes > blockBytes * this.#blocks.size) {
      for (const [blockIndex, block] of this.#blocks) {
        const start = Math.max(address, blockIndex * blockBytes);
        const blockEnd = Math.min(end, (blockIndex + 1) * blockBytes);
        if (start < blockEnd) this.#zeroInBlock(block, blockIndex, start, blockEnd);
      }
      return;
    }
    for (let at = address; at < end; ) {
      const blockIndex = Math.floor(at / blockBytes);
      const blockEnd = Math.min((blockIndex + 1) * blockBytes, end);
      const block = this.#blocks.get(blockIndex);
      if (block !== undefined) this.#zeroInBlock(block, blockIndex, at, blockEnd);
      at = blockEnd;
    }
  }

  #zeroInBlock(block: Block, blockIndex: number, start: number, end: number): void {
    for (let at = start; at < end; ) {
      const offset = at & (frameBytes - 1);
      const count = Math.min(frameBytes - offset, end - at);
      const index = (at - blockIndex * blockBytes) >> frameShift;
      const frame = block.frames[index];
      if (frame !== undefined) {
        if (count === frameBytes) {
          block.frames[index] = undefined;
          this.#store.give(frame);
          this.generation += 1;
          block.written -= 1;
          this.#writtenFrames -= 1;
        } else frame.fill(0, offset, offset + count);
      }
      at += count;
    }
    if (block.written === 0) this.#blocks.delete(blockIndex);
  }

  #frame(address: number): Uint8Array | undefined {
    const block = this.#blocks.get(Math.floor(address / blockBytes));
    return block?.frames[(address & (blockBytes - 1)) >> frameShift];
  }

  #frameToWrite(address: number): Uint8Array {
    const blockIndex = Math.floor(address / blockBytes);
    let block = this.#blocks.get(blockIndex);
    if (block === undefined) {
      block = { frames: new Array<Uint8Array | undefined>(blockFrames), written: 0 };
      this.#blocks.set(blockIndex, block);
    }
    const index = (address & (blockBytes - 1)) >> frameShift;
    const known = block.frames[index];
    if (known !== undefined) return known;
    const frame = this.#store.take();
    this.generation += 1;
    block.frames[index] = frame;
    block.written += 1;
    this.#writtenFrames += 1;
    return frame;
  }
}

/** Short runs byte by byte: a view for each would cost more than the copy. */
function copy(from: Uint8Array, fromOffset: number, to: Uint8Array, toOffset: number, count: number): void {
  if (count > 64) {
    to.set(from.subarray(fromOffset, fromOffset + count), toOffset);
    return;
  }
  for (let index = 0; index < count; index += 1) to[toOffset + index] = from[fromOffset + index] ?? 0;
}
