/**
 * A64 instructions in decoded form, by the classes of the architecture's encoding index. Register fields hold 0 to 31;
 * whether 31 is the stack pointer or zero depends on the class, as in the architecture.
 */

/** A register of 64 bits, or its lower half. */
interface Sized {
  readonly is64: boolean;
}

export type LogicalOperation = 'and' | 'orr' | 'eor' | 'ands';
export type ShiftKind = 'lsl' | 'lsr' | 'asr' | 'ror';
export type OneSourceOperation = 'rbit' | 'rev16' | 'rev32' | 'rev64' | 'clz' | 'cls';
export type TwoSourceOperation = 'udiv' | 'sdiv' | ShiftKind;
export type AtomicOperation = 'add' | 'clr' | 'eor' | 'set' | 'smax' | 'smin' | 'umax' | 'umin' | 'swap';

export type IntegerInstruction =
  | { readonly op: 'address'; readonly rd: number; readonly page: boolean; readonly offset: number }
  | (Sized & {
      readonly op: 'add-immediate';
      readonly subtract: boolean;
      readonly setFlags: boolean;
      readonly rd: number;
      readonly rn: number;
      readonly value: number;
    })
  | (Sized & {
      readonly op: 'logical-immediate';
      readonly operation: LogicalOperation;
      readonly rd: number;
      readonly rn: number;
      readonly mask: bigint;
    })
  | (Sized & {
      readonly op: 'move-wide';
      readonly operation: 'movn' | 'movz' | 'movk';
      readonly rd: number;
      readonly value: number;
      readonly shift: number;
    })
  | (Sized & {
      readonly op: 'bitfield';
      readonly operation: 'sbfm' | 'bfm' | 'ubfm';
      readonly rd: number;
      readonly rn: number;
      readonly rotate: number;
      readonly top: number;
    })
  | (Sized & {
      readonly op: 'extract';
      readonly rd: number;
      readonly rn: number;
      readonly rm: number;
      readonly lsb: number;
    })
  | (Sized & {
      readonly op: 'logical-register';
      readonly operation: LogicalOperation;
      readonly invert: boolean;
      readonly rd: number;
      readonly rn: number;
      readonly rm: number;
      readonly shift: ShiftKind;
      readonly amount: number;
    })
  | (Sized & {
      readonly op: 'add-register';
      readonly subtract: boolean;
      readonly setFlags: boolean;
      readonly rd: number;
      readonly rn: number;
      readonly rm: number;
      readonly shift: ShiftKind;
      readonly amount: number;
    })
  | (Sized & {
      readonly op: 'add-extended';
      readonly subtract: boolean;
      readonly setFlags: boolean;
      readonly rd: number;
      readonly rn: number;
      readonly rm: number;
      readonly extend: number;
      readonly amount: number;
    })
  | (Sized & {
      readonly op: 'add-carry';
      readonly subtract: boolean;
      readonly setFlags: boolean;
      readonly rd: number;
      readonly rn: number;
      readonly rm: number;
    })
  | (Sized & {
      readonly op: 'conditional-compare';
      readonly subtract: boolean;
      readonly condition: number;
      /** Flags where the condition does not hold. */
      readonly otherwise: number;
      readonly rn: number;
      readonly operand: { readonly register: number } | { readonly value: number };
    })
  | (Sized & {
      readonly op: 'conditional-select';
      readonly invert: boolean;
      readonly increment: boolean;
      readonly rd: number;
      readonly rn: number;
      readonly rm: number;
      readonly condition: number;
    })
  | (Sized & {
      readonly op: 'one-source';
      readonly operation: OneSourceOperation;
      readonly rd: number;
      readonly rn: number;
    })
  | (Sized & {
      readonly op: 'two-source';
      readonly operation: TwoSourceOperation;
      readonly rd: number;
      readonly rn: number;
      readonly rm: number;
    })
  | {
      readonly op: 'crc32';
      readonly castagnoli: boolean;
      readonly sizeLog2: number;
      readonly rd: number;
      readonly rn: number;
      readonly rm: number;
    }
  | (Sized & {
      readonly op: 'multiply-add';
      readonly subtract: boolean;
      readonly rd: number;
      readonly rn: number;
      readonly rm: number;
      readonly ra: number;
    })
  | {
      readonly op: 'multiply-long';
      readonly signed: boolean;
      readonly subtract: boolean;
      readonly rd: number;
      readonly rn: number;
      readonly rm: number;
      readonly ra: number;
    }
  | {
      readonly op: 'multiply-high';
      readonly signed: boolean;
      readonly rd: number;
      readonly rn: number;
      readonly rm: number;
    };

/** Instructions after which the next one may not be the one behind. */
export type BranchInstruction =
  | { readonly op: 'branch'; readonly link: boolean; readonly offset: number }
  | { readonly op: 'branch-conditional'; readonly condition: number; readonly offset: number }
  | (Sized & {
      readonly op: 'compare-branch';
      readonly nonzero: boolean;
      readonly rt: number;
      readonly offset: number;
    })
  | {
      readonly op: 'test-branch';
      readonly bit: number;
      readonly nonzero: boolean;
      readonly rt: number;
      readonly offset: number;
    }
  | { readonly op: 'branch-register'; readonly link: boolean; readonly rn: number }
  | { readonly op: 'supervisor-call' }
  | { readonly op: 'breakpoint'; readonly comment: number }
  | { readonly op: 'undefined'; readonly word: number };

export type SystemInstruction =
  | { readonly op: 'hint' }
  | { readonly op: 'clear-exclusive' }
  | { readonly op: 'read-system-register'; readonly register: number; readonly rt: number }
  | { readonly op: 'write-system-register'; readonly register: number; readonly rt: number }
  | { readonly op: 'zero-cache-line'; readonly rt: number }
  | { readonly op: 'clean-cache-line'; readonly rt: number }
  | { readonly op: 'invalidate-instructions'; readonly rt: number };

/** How the address of a load or store is made. */
export type Addressing =
  | { readonly mode: 'offset'; readonly offset: number }
  | { readonly mode: 'pre'; readonly offset: number }
  | { readonly mode: 'post'; readonly offset: number }
  | { readonly mode: 'register'; readonly rm: number; readonly extend: number; readonly shift: number };

export type MemoryInstruction =
  | {
      readonly op: 'load' | 'store';
      /** 0 to 3 for general registers, 0 to 4 for vectors. */
      readonly sizeLog2: number;
      readonly vector: boolean;
      /** Sign-extends to 32 or 64 bits; loads into general registers only. */
      readonly signed: false | 32 | 64;
      readonly rt: number;
      readonly rn: number;
      readonly addressing: Addressing;
    }
  | {
      readonly op: 'load-literal';
      readonly sizeLog2: number;
      readonly vector: boolean;
      readonly signed: boolean;
      readonly rt: number;
      readonly offset: number;
    }
  | {
      readonly op: 'load-pair' | 'store-pair';
      readonly sizeLog2: number;
      readonly vector: boolean;
      readonly signed: boolean;
      readonly rt: number;
      readonly rt2: number;
      readonly rn: number;
      readonly addressing: Addressing;
    }
  | {
      readonly op: 'load-exclusive' | 'store-exclusive';
      readonly sizeLog2: number;
      readonly pair: boolean;
      readonly rs: number;
      readonly rt: number;
      readonly rt2: number;
      readonly rn: number;
    }
  | {
      readonly op: 'atomic';
      readonly operation: AtomicOperation;
      readonly sizeLog2: number;
      readonly rs: number;
      readonly rt: number;
      readonly rn: number;
    }
  | {
      readonly op: 'compare-swap';
      readonly sizeLog2: number;
      readonly pair: boolean;
      readonly rs: number;
      readonly rt: number;
      readonly rn: number;
    }
  | {
      readonly op: 'structure';
      readonly load: boolean;
      /** Registers of one structure: 1 to 4. */
      readonly elements: number;
      /** For ld1 and st1 of several registers: how many in turn. */
      readonly repeats: number;
      readonly q: boolean;
      readonly sizeLog2: number;
      readonly rt: number;
      readonly rn: number;
      readonly writeBack: WriteBack;
    }
  | {
      readonly op: 'structure-lane';
      readonly load: boolean;
      readonly elements: number;
      readonly sizeLog2: number;
      readonly lane: number;
      /** ld1r and its like: the element goes to every lane. */
      readonly replicate: boolean;
      readonly q: boolean;
      readonly rt: number;
      readonly rn: number;
      readonly writeBack: WriteBack;
    };

/** What is added to the base register afterwards: nothing, the size of what was moved, or a register. */
export type WriteBack = 'none' | 'size' | { readonly rm: number };
