import type { Addressing, AtomicOperation, MemoryInstruction, SystemInstruction } from '../instruction.ts';
import { bit, bits, signedBits } from './fields.ts';
import { decodeStructures } from './structures.ts';

type Decoded = MemoryInstruction | SystemInstruction | undefined;

/** Loads and stores: op0 is x1x0. Prefetches are hints. */
export function decodeLoadStore(word: number): Decoded {
  switch (bits(word, 29, 28)) {
    case 0b00:
      if (bit(word, 26)) return bit(word, 31) ? undefined : decodeStructures(word);
      return bit(word, 24) ? undefined : exclusive(word);
    case 0b01:
      return bit(word, 24) ? undefined : literal(word);
    case 0b10:
      return pair(word);
    default:
      return single(word);
  }
}

function exclusive(word: number): Decoded {
  const sizeLog2 = bits(word, 31, 30);
  const load = bit(word, 22);
  const [rs, rt2, rn, rt] = [bits(word, 20, 16), bits(word, 14, 10), bits(word, 9, 5), bits(word, 4, 0)];
  const second = bit(word, 21);
  if (bit(word, 23)) {
    if (second) return { op: 'compare-swap', sizeLog2, pair: false, rs, rt, rn };
    if (!bit(word, 15)) return undefined;
    const addressing: Addressing = { mode: 'offset', offset: 0 };
    return { op: load ? 'load' : 'store', sizeLog2, vector: false, signed: false, rt, rn, addressing };
  }
  if (second && sizeLog2 < 2) {
    return rt2 === 31 && (rs & 1) === 0 && (rt & 1) === 0
      ? { op: 'compare-swap', sizeLog2: sizeLog2 + 2, pair: true, rs, rt, rn }
      : undefined;
  }
  return { op: load ? 'load-exclusive' : 'store-exclusive', sizeLog2, pair: second, rs, rt, rt2, rn };
}

function literal(word: number): Decoded {
  const opc = bits(word, 31, 30);
  const rt = bits(word, 4, 0);
  const offset = signedBits(word, 23, 5) * 4;
  if (bit(word, 26)) {
    if (opc === 3) return undefined;
    return { op: 'load-literal', sizeLog2: opc + 2, vector: true, signed: false, rt, offset };
  }
  if (opc === 3) return { op: 'hint' };
  return { op: 'load-literal', sizeLog2: opc === 1 ? 3 : 2, vector: false, signed: opc === 2, rt, offset };
}

function pair(word: number): Decoded {
  const opc = bits(word, 31, 30);
  const vector = bit(word, 26);
  const load = bit(word, 22);
  const signed = !vector && opc === 1;
  if (opc === 3 || (signed && !load)) return undefined;
  const sizeLog2 = vector ? opc + 2 : opc === 2 ? 3 : 2;
  const offset = signedBits(word, 21, 15) * 2 ** sizeLog2;
  const mode = (['offset', 'post', 'offset', 'pre'] as const)[bits(word, 24, 23)] ?? 'offset';
  if (signed && bits(word, 24, 23) === 0) return undefined;
  return {
    op: load ? 'load-pair' : 'store-pair',
    sizeLog2,
    vector,
    signed,
    rt: bits(word, 4, 0),
    rt2: bits(word, 14, 10),
    rn: bits(word, 9, 5),
    addressing: { mode, offset },
  };
}

function single(word: number): Decoded {
  const vector = bit(word, 26);
  if (!bit(word, 24) && bit(word, 21) && bits(word, 11, 10) === 0) return vector ? undefined : atomic(word);
  const opc = bits(word, 23, 22);
  let sizeLog2 = bits(word, 31, 30);
  let load = opc !== 0;
  let signed: false | 32 | 64 = false;
  if (vector) {
    if (opc >= 2) {
      if (sizeLog2 !== 0) return undefined;
      sizeLog2 = 4;
    }
    load = (opc & 1) === 1;
  } else if (opc >= 2) {
    if (sizeLog2 === 3) return opc === 2 ? prefetch(word) : undefined;
    if (sizeLog2 === 2 && opc === 3) return undefined;
    signed = opc === 2 ? 64 : 32;
  }
  const addressing = singleAddressing(word, sizeLog2);
  if (addressing === undefined) return undefined;
  const [rt, rn] = [bits(word, 4, 0), bits(word, 9, 5)];
  return { op: load ? 'load' : 'store', sizeLog2, vector, signed, rt, rn, addressing };
}

function prefetch(word: number): Decoded {
  if (bit(word, 24)) return { op: 'hint' };
  const mode = bits(word, 11, 10);
  return bit(word, 21) ? (mode === 2 ? { op: 'hint' } : undefined) : mode === 0 ? { op: 'hint' } : undefined;
}

function singleAddressing(word: number, sizeLog2: number): Addressing | undefined {
  if (bit(word, 24)) return { mode: 'offset', offset: bits(word, 21, 10) * 2 ** sizeLog2 };
  const mode = bits(word, 11, 10);
  if (bit(word, 21)) {
    const extend = bits(word, 15, 13);
    if (mode !== 2 || (extend & 2) === 0) return undefined;
    return { mode: 'register', rm: bits(word, 20, 16), extend, shift: bit(word, 12) ? sizeLog2 : 0 };
  }
  const offset = signedBits(word, 20, 12);
  // Mode 2 is the unprivileged form, which in user mode is the plain one.
  if (mode === 2 && bit(word, 26)) return undefined;
  return { mode: mode === 1 ? 'post' : mode === 3 ? 'pre' : 'offset', offset };
}

const operations: readonly AtomicOperation[] = ['add', 'clr', 'eor', 'set', 'smax', 'smin', 'umax', 'umin'];

function atomic(word: number): Decoded {
  const code = bits(word, 14, 12);
  const operation = bit(word, 15) ? (code === 0 ? 'swap' : undefined) : operations[code];
  if (operation === undefined) return undefined;
  const [rs, rt, rn] = [bits(word, 20, 16), bits(word, 4, 0), bits(word, 9, 5)];
  return { op: 'atomic', operation, sizeLog2: bits(word, 31, 30), rs, rt, rn };
}
