import { type Arena, arenaLayout } from '../../../../machine/cpu/arm64/arena.ts';
import type { AccessKind, GuestPages } from '../../../../machine/cpu/arm64/memory.ts';
import type { PhysicalMemory } from '../../../../machine/physical-memory.ts';
import { type AddressSpace, faultNoArea, faultProtection, zeroPage } from '../../../mm/address-space.ts';
import { VM_EXEC } from '../../../mm/vm-area.ts';

/** A process's memory as the processor sees it: faults are taken here, and answered by a frame or a reason. */
export class UserPages implements GuestPages {
  readonly space: AddressSpace;
  /** Whether the frame of zeroes stands for a page that other addresses may show too. */
  #showsSharedZeroes = false;
  /** Frames that began with a write of this process, and that no other answer was about. */
  #ownChanges = 0;
  readonly #memory: PhysicalMemory;
  /** Told of frames that are about to be written. */
  readonly #beforeWrite: (frame: number) => void;

  constructor(space: AddressSpace, memory: PhysicalMemory, beforeWrite: (frame: number) => void) {
    this.space = space;
    this.#memory = memory;
    this.#beforeWrite = beforeWrite;
  }

  get generation(): number {
    return this.space.generation + this.#memory.generation - this.#ownChanges;
  }

  frame(address: number, kind: AccessKind): number {
    if (kind === 'write') {
      const before = this.#memory.generation;
      const physical = this.space.translateWrite(address);
      if (physical < 0) return physical;
      const frame = this.#memory.frameToWrite(physical).byteOffset;
      if (!this.#showsSharedZeroes) this.#ownChanges += this.#memory.generation - before;
      else if (this.#memory.generation !== before) this.#showsSharedZeroes = false;
      this.#beforeWrite(frame);
      return frame;
    }
    if (kind === 'execute') {
      const area = this.space.find(address);
      if (area === undefined) return faultNoArea;
      if ((area.flags & VM_EXEC) === 0) return faultProtection;
    }
    const physical = this.space.translateRead(address);
    if (physical === zeroPage) return arenaLayout.zeroFrame;
    if (physical < 0) return physical;
    const frame = this.#memory.frame(physical);
    if (frame !== undefined) return frame.byteOffset;
    this.#showsSharedZeroes = true;
    return arenaLayout.zeroFrame;
  }
}

/** Has the bytes of a board's RAM lie where the processor can reach them. */
export function shareMemory(memory: PhysicalMemory, arena: Arena): void {
  memory.useStore(arena);
}
