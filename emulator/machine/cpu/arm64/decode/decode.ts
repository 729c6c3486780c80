import type {
  BranchInstruction,
  IntegerInstruction,
  MemoryInstruction,
  SystemInstruction,
} from '../instruction.ts';
import type { FloatInstruction, SimdInstruction } from '../simd-instruction.ts';
import { decodeBranch } from './branches.ts';
import { decodeDataImmediate } from './data-immediate.ts';
import { decodeDataRegister } from './data-register.ts';
import { bit, bits } from './fields.ts';
import { decodeFloat } from './floating.ts';
import { decodeLoadStore } from './loads.ts';
import { decodeSimd } from './simd.ts';

export type Instruction =
  | IntegerInstruction
  | BranchInstruction
  | SystemInstruction
  | MemoryInstruction
  | FloatInstruction
  | SimdInstruction;

/**
 * Decodes one A64 instruction of Armv8.0 with CRC32 and LSE atomics, as user mode may execute it. What is not allocated,
 * not implemented or privileged becomes `undefined` with its bits, and raises SIGILL when it is executed.
 */
export function decode(word: number): Instruction {
  return decodeClass(word) ?? { op: 'undefined', word };
}

function decodeClass(word: number): Instruction | undefined {
  switch (bits(word, 28, 25)) {
    case 0b1000:
    case 0b1001:
      return decodeDataImmediate(word);
    case 0b1010:
    case 0b1011:
      return decodeBranch(word);
    case 0b0100:
    case 0b0110:
    case 0b1100:
    case 0b1110:
      return decodeLoadStore(word);
    case 0b0101:
    case 0b1101:
      return decodeDataRegister(word);
    case 0b0111:
    case 0b1111:
      return bit(word, 28) && !bit(word, 30) ? decodeFloat(word) : decodeSimd(word);
    default:
      return undefined;
  }
}
