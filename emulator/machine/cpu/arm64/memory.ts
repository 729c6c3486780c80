import { type Arena, arenaLayout, frameBytes, tableEntries, tableEntryBytes } from './arena.ts';
import { faultNotCanonical } from './faults.ts';
import { JumpTable } from './jump-table.ts';

export type AccessKind = 'read' | 'write' | 'execute';

/** How a processor finds the frames behind user addresses. */
export interface GuestPages {
  /**
   * Offset in the arena of the frame that holds `address`, or a negative number that says why there is none. For
   * `read`, a frame nobody wrote to yet may be the arena's frame of zeroes.
   */
  frame(address: number, kind: AccessKind): number;
  /**
   * Changes whenever an earlier answer may no longer hold, but for that about the page that is asked for: writing to it
   * may give it another frame.
   */
  readonly generation: number;
}

/** An access that failed; the instruction had no effect. */
export class GuestFault {
  readonly address: number;
  readonly kind: AccessKind;
  /** What `GuestPages.frame` gave. */
  readonly reason: number;

  constructor(address: number, kind: AccessKind, reason: number) {
    this.address = address;
    this.kind = kind;
    this.reason = reason;
  }
}

const two32 = 0x1_0000_0000;
/** The top byte of an address is ignored. */
const addressSpace = 2 ** 56;
/** User addresses have 48 bits. */
export const userSpace = 2 ** 48;

/**
 * Loads and stores of a processor: unaligned ones too, across pages, with a table of recent translations. A translation
 * may make the arena grow, so its view is taken afterwards.
 */
export class CpuMemory {
  readonly arena: Arena;
  #pages: GuestPages;
  #generation = -1;
  /** Translated code of what is mapped. */
  readonly jumps: JumpTable;
  /** Counts the translations that were looked for: what is known elsewhere about pages may be old. */
  faults = 0;

  constructor(arena: Arena, pages: GuestPages) {
    this.arena = arena;
    this.jumps = new JumpTable(arena);
    this.#pages = pages;
  }

  /** Another process's memory. */
  switchTo(pages: GuestPages): void {
    if (pages === this.#pages) return;
    this.#pages = pages;
    this.flush();
  }

  /** Forgets translations that may no longer hold; to be called after whatever the kernel did. */
  refresh(): void {
    if (this.#generation !== this.#pages.generation) this.flush();
  }

  flush(): void {
    this.jumps.flush();
    const { readTable } = arenaLayout;
    this.arena.bytes.fill(0xff, readTable, readTable + 2 * tableEntries * tableEntryBytes);
    this.#generation = this.#pages.generation;
  }

  /** Offset in the arena of a byte; throws a GuestFault. */
  translate(address: number, kind: AccessKind): number {
    let at = address;
    if (at < 0 || at >= userSpace) {
      if (at < 0) at += 2 ** 64;
      at %= addressSpace;
      if (at >= userSpace) throw new GuestFault(address, kind, faultNotCanonical);
    }
    const inFrame = at % frameBytes;
    const page = at - inFrame;
    const low = page >>> 0;
    const high = (page - low) / two32;
    const base = kind === 'write' ? arenaLayout.writeTable : arenaLayout.readTable;
    const entry = base + ((low >>> 12) & (tableEntries - 1)) * tableEntryBytes;
    const { view } = this.arena;
    if (kind !== 'execute' && view.getUint32(entry, true) === low && view.getUint32(entry + 4, true) === high)
      return view.getUint32(entry + 8, true) + inFrame;
    const offset = this.#pages.frame(page, kind);
    if (kind === 'write') {
      this.faults += 1;
      this.jumps.dropPage(page);
    }
    if (offset < 0) throw new GuestFault(at, kind, offset);
    this.refresh();
    if (kind === 'execute') return offset + inFrame;
    this.#remember(entry, low, high, offset);
    // A page that was read as zeroes has a frame of its own from now on.
    if (kind === 'write') {
      const twin = entry - arenaLayout.writeTable + arenaLayout.readTable;
      this.#remember(twin, low, high, offset);
    }
    return offset + inFrame;
  }

  #remember(entry: number, low: number, high: number, offset: number): void {
    const { view } = this.arena;
    view.setUint32(entry, low, true);
    view.setUint32(entry + 4, high, true);
    view.setUint32(entry + 8, offset, true);
  }

  load8(address: number): number {
    const at = this.translate(address, 'read');
    return this.arena.view.getUint8(at);
  }

  load16(address: number): number {
    if (address % frameBytes > frameBytes - 2) return this.load8(address) + this.load8(address + 1) * 256;
    const at = this.translate(address, 'read');
    return this.arena.view.getUint16(at, true);
  }

  load32(address: number): number {
    if (address % frameBytes > frameBytes - 4) return this.load16(address) + this.load16(address + 2) * 65536;
    const at = this.translate(address, 'read');
    return this.arena.view.getUint32(at, true);
  }

  load64(address: number): bigint {
    if (address % frameBytes > frameBytes - 8)
      return BigInt(this.load32(address)) | (BigInt(this.load32(address + 4)) << 32n);
    const at = this.translate(address, 'read');
    return this.arena.view.getBigUint64(at, true);
  }

  /** 2^sizeLog2 bytes, up to 8. */
  load(address: number, sizeLog2: number): bigint {
    if (sizeLog2 === 3) return this.load64(address);
    return BigInt(
      sizeLog2 === 2 ? this.load32(address) : sizeLog2 === 1 ? this.load16(address) : this.load8(address),
    );
  }

  /** Throws where any byte of a store of that size would fault, so that a store happens whole or not at all. */
  probeWrite(address: number, sizeBytes: number): void {
    this.translate(address, 'write');
    if ((address % frameBytes) + sizeBytes > frameBytes) this.translate(address + sizeBytes - 1, 'write');
  }

  store8(address: number, value: number): void {
    const at = this.translate(address, 'write');
    this.arena.view.setUint8(at, value);
  }

  store16(address: number, value: number): void {
    if (address % frameBytes > frameBytes - 2) {
      this.probeWrite(address, 2);
      this.store8(address, value & 255);
      this.store8(address + 1, value >>> 8);
    } else {
      const at = this.translate(address, 'write');
      this.arena.view.setUint16(at, value, true);
    }
  }

  store32(address: number, value: number): void {
    if (address % frameBytes > frameBytes - 4) {
      this.probeWrite(address, 4);
      this.store16(address, value & 0xffff);
      this.store16(address + 2, value >>> 16);
    } else {
      const at = this.translate(address, 'write');
      this.arena.view.setUint32(at, value, true);
    }
  }

  store64(address: number, value: bigint): void {
    if (address % frameBytes > frameBytes - 8) {
      this.probeWrite(address, 8);
      this.store32(address, Number(value & 0xffff_ffffn));
      this.store32(address + 4, Number(value >> 32n));
    } else {
      const at = this.translate(address, 'write');
      this.arena.view.setBigUint64(at, value, true);
    }
  }

  store(address: number, sizeLog2: number, value: bigint): void {
    if (sizeLog2 === 3) this.store64(address, value);
    else if (sizeLog2 === 2) this.store32(address, Number(value & 0xffff_ffffn));
    else if (sizeLog2 === 1) this.store16(address, Number(value & 0xffffn));
    else this.store8(address, Number(value & 0xffn));
  }
}
