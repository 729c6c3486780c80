/**
 * A piece of memory of our own at a fixed address, for the structures that the host's kernel reads and writes. One call
 * uses it at a time, so each structure has one place.
 */
export class Arena {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly #base: number;

  constructor(base: number, buffer: ArrayBuffer) {
    this.#base = base;
    this.bytes = new Uint8Array(buffer);
    this.view = new DataView(buffer);
  }

  /** The address of an offset. */
  at(offset: number): number {
    return this.#base + offset;
  }

  /** Puts a NUL-terminated path at its place; returns the address. */
  putPath(path: string, offset: number = places.path): number {
    const { written } = encoder.encodeInto(path, this.bytes.subarray(offset, offset + pathBytes - 1));
    this.bytes[offset + written] = 0;
    return this.at(offset);
  }

  /** A u64 as a number where it is exact, as a bigint otherwise. */
  register(offset: number): number | bigint {
    const high = this.view.getUint32(offset + 4, true);
    if (high >= 0x200000) return this.view.getBigUint64(offset, true);
    return high * 0x1_0000_0000 + this.view.getUint32(offset, true);
  }

  setRegister(offset: number, value: number | bigint): void {
    if (typeof value === 'number' && value >= 0) {
      this.view.setUint32(offset, value % 0x1_0000_0000, true);
      this.view.setUint32(offset + 4, Math.floor(value / 0x1_0000_0000), true);
    } else this.view.setBigUint64(offset, BigInt.asUintN(64, BigInt(value)), true);
  }
}

const encoder = new TextEncoder();

/** PATH_MAX */
export const pathBytes = 4096;
export const dataBytes = 1 << 20;

/** Where each structure lies. */
export const places = {
  notification: 0,
  response: 128,
  addFd: 192,
  localVector: 256,
  remoteVector: 288,
  event: 320,
  registers: 1024,
  registerVector: 1600,
  word: 1664,
  limits: 1728,
  callInfo: 1792,
  path: 4096,
  secondPath: 8192,
  data: 16384,
} as const;

export const arenaBytes = places.data + dataBytes;
