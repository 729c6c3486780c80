import type { BranchInstruction, SystemInstruction } from '../instruction.ts';
import { bit, bits, signedBits } from './fields.ts';

/** Branches, exception generation and system instructions: op0 is 101x. */
export function decodeBranch(word: number): BranchInstruction | SystemInstruction | undefined {
  switch (bits(word, 31, 29)) {
    case 0b000:
    case 0b100:
      return bit(word, 26) && !bit(word, 27)
        ? { op: 'branch', link: bit(word, 31), offset: signedBits(word, 25, 0) * 4 }
        : undefined;
    case 0b001:
    case 0b101:
      return compareOrTest(word);
    case 0b010:
      if (bits(word, 25, 24) !== 0 || bit(word, 4)) return undefined;
      return { op: 'branch-conditional', condition: bits(word, 3, 0), offset: signedBits(word, 23, 5) * 4 };
    case 0b110:
      return exceptionOrSystem(word);
    default:
      return undefined;
  }
}

function compareOrTest(word: number): BranchInstruction {
  const nonzero = bit(word, 24);
  const rt = bits(word, 4, 0);
  if (!bit(word, 25)) {
    return { op: 'compare-branch', is64: bit(word, 31), nonzero, rt, offset: signedBits(word, 23, 5) * 4 };
  }
  const tested = bits(word, 31, 31) * 32 + bits(word, 23, 19);
  return { op: 'test-branch', bit: tested, nonzero, rt, offset: signedBits(word, 18, 5) * 4 };
}

function exceptionOrSystem(word: number): BranchInstruction | SystemInstruction | undefined {
  const kind = bits(word, 25, 22);
  if (bits(word, 25, 24) === 0) {
    const [opc, low] = [bits(word, 23, 21), bits(word, 4, 0)];
    if (opc === 0 && low === 1) return { op: 'supervisor-call' };
    if (opc === 1 && low === 0) return { op: 'breakpoint', comment: bits(word, 20, 5) };
    return undefined;
  }
  if (bit(word, 25)) return branchRegister(word);
  return kind === 0b0100 ? system(word) : undefined;
}

function branchRegister(word: number): BranchInstruction | undefined {
  if (bits(word, 20, 10) !== 0b11111000000 || bits(word, 4, 0) !== 0) return undefined;
  const opc = bits(word, 24, 21);
  return opc <= 2 ? { op: 'branch-register', link: opc === 1, rn: bits(word, 9, 5) } : undefined;
}

/** op1, CRn, CRm and op2 of a cache instruction. */
const cacheZero = 0x1ba1;
const cacheCleans: ReadonlySet<number> = new Set([0x1bd1, 0x1bd9, 0x1bf1]);
const instructionInvalidate = 0x1ba9;

function system(word: number): SystemInstruction | undefined {
  const rt = bits(word, 4, 0);
  const read = bit(word, 21);
  if (bit(word, 20)) {
    const register = bits(word, 20, 5);
    return { op: read ? 'read-system-register' : 'write-system-register', register, rt };
  }
  if (read) return undefined;
  const group = bits(word, 20, 12);
  if (group === 0b000110010) return { op: 'hint' };
  if (group === 0b000110011) return bits(word, 7, 5) === 2 ? { op: 'clear-exclusive' } : { op: 'hint' };
  if (bits(word, 20, 19) !== 1) return undefined;
  return cacheOperation(bits(word, 18, 5), rt);
}

function cacheOperation(fields: number, rt: number): SystemInstruction | undefined {
  if (fields === cacheZero) return { op: 'zero-cache-line', rt };
  if (cacheCleans.has(fields)) return { op: 'clean-cache-line', rt };
  if (fields === instructionInvalidate) return { op: 'invalidate-instructions', rt };
  return undefined;
}
