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
    this.bytes.set(encoder.encode('/proc/'), places.descriptorPath);
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

  /** Puts `/proc/PROCESS/fd/FD` at its place, without making a string of it; returns the address. */
  putDescriptorPath(process: number, fd: number): number {
    const { bytes } = this;
    let at = this.#putDecimal(places.descriptorPath + '/proc/'.length, process);
    bytes.set(folderOfDescriptors, at);
    at = this.#putDecimal(at + folderOfDescriptors.length, fd);
    bytes[at] = 0;
    return this.at(places.descriptorPath);
  }

  /** Puts the digits of a number that is not negative; returns where they end. */
  #putDecimal(offset: number, value: number): number {
    let digits = 1;
    for (let rest = value; rest >= 10; rest = Math.floor(rest / 10)) digits += 1;
    let rest = value;
    for (let at = offset + digits - 1; at >= offset; at -= 1) {
      this.bytes[at] = 48 + (rest % 10);
      rest = Math.floor(rest / 10);
    }
    return offset + digits;
  }

  /** A u64 as a number where it is exact, as a bigint otherwise. */
  register(offset: number): number | bigint {
    const high = this.view.getUint32(offset + 4, true);
    if (high >= 0x200000) return this.view.getBigUint64(offset, true);
    return high * 0x1_0000_0000 + this.view.getUint32(offset, true);
  }

  /** The six arguments of a call. */
  registers(offset: number): readonly (number | bigint)[] {
    return [
      this.register(offset),
      this.register(offset + 8),
      this.register(offset + 16),
      this.register(offset + 24),
      this.register(offset + 32),
      this.register(offset + 40),
    ];
  }

  setRegister(offset: number, value: number | bigint): void {
    if (typeof value === 'number' && value >= 0) {
      this.view.setUint32(offset, value % 0x1_0000_0000, true);
      this.view.setUint32(offset + 4, Math.floor(value / 0x1_0000_0000), true);
    } else this.view.setBigUint64(offset, BigInt.asUintN(64, BigInt(value)), true);
  }
}

const encoder = new TextEncoder();
const folderOfDescriptors = encoder.encode('/fd/');

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
  lock: 1920,
  descriptorPath: 2048,
  path: 4096,
  secondPath: 8192,
  data: 16384,
} as const;

export const arenaBytes = places.data + dataBytes;
