import {
  EM_AARCH64,
  ET_DYN,
  elf64Ident,
  headerBytes,
  PF_R,
  PF_X,
  PT_LOAD,
  programHeaderBytes,
  STB_GLOBAL,
  STT_FUNC,
  symbolBytes,
} from '../../../uapi/elf.ts';

/**
 * The shared object that the kernel maps into every program: what libraries look up in it, and code that makes the
 * system call. Plays arch/arm64/kernel/vdso. Deviations: the time is asked of the kernel, never read from a page of the
 * vDSO's own; __kernel_getrandom of newer releases is not there, so libraries call getrandom().
 */

const PT_DYNAMIC = 2;
const STT_OBJECT = 1;
const SHN_ABS = 0xfff1;
/** Symbols that are somewhere say so; there is no table of sections to count in. */
const textSection = 1;
const VER_FLG_BASE = 1;
const soname = 'linux-vdso.so.1';
const version = 'LINUX_2.6.39';

const svc = 0xd400_0001;
const ret = 0xd65f_03c0;
const nop = 0xd503_201f;
/** mov x8, #number */
const callNumber = (number: number): number => (0xd280_0008 | (number << 5)) >>> 0;

interface VdsoFunction {
  readonly name: string;
  readonly words: readonly number[];
  /** Whether an instruction lies in front of it: unwinders look up the one before a return address. */
  readonly isReturnedTo?: boolean;
}

const functions: readonly VdsoFunction[] = [
  { name: '__kernel_rt_sigreturn', words: [callNumber(139), svc], isReturnedTo: true },
  { name: '__kernel_gettimeofday', words: [callNumber(169), svc, ret] },
  { name: '__kernel_clock_gettime', words: [callNumber(113), svc, ret] },
  { name: '__kernel_clock_getres', words: [callNumber(114), svc, ret] },
];

/** elf_hash() of the System V ABI. */
function hashOf(name: string): number {
  let hash = 0;
  for (const letter of name) {
    hash = (hash * 16 + letter.charCodeAt(0)) >>> 0;
    const high = hash & 0xf000_0000;
    hash = (hash ^ (high >>> 24)) & ~high;
  }
  return hash >>> 0;
}

class Writer {
  readonly bytes: number[] = [];

  get length(): number {
    return this.bytes.length;
  }

  align(to: number): number {
    while (this.bytes.length % to !== 0) this.bytes.push(0);
    return this.bytes.length;
  }

  /** A little-endian number. */
  put(value: number, size: 1 | 2 | 4 | 8): void {
    for (let index = 0; index < size; index += 1) this.bytes.push(Math.floor(value / 256 ** index) % 256);
  }

  words(values: readonly number[], size: 2 | 4 | 8): void {
    for (const value of values) this.put(value, size);
  }
}

/** Names, one after another behind an empty one. */
class Names {
  text = '\0';

  add(name: string): number {
    const at = this.text.length;
    this.text += `${name}\0`;
    return at;
  }
}

/** A made shared object, and where __kernel_rt_sigreturn lies in it. */
export interface VdsoImage {
  readonly bytes: Uint8Array;
  readonly signalReturn: number;
}

const headersBytes = headerBytes + 2 * programHeaderBytes;

function symbol(out: Writer, name: number, type: number, section: number, value: number, size: number): void {
  out.put(name, 4);
  out.put((STB_GLOBAL << 4) | type, 1);
  out.put(0, 1);
  out.put(section, 2);
  out.words([value, size], 8);
}

/** struct Elf64_Verdef with one Elf64_Verdaux: flags, number, the hash and the name. */
function versionDefinition(out: Writer, flags: number, index: number, name: string, nameAt: number): void {
  const isLast = index === 2;
  out.words([1, flags, index, 1], 2);
  out.words([hashOf(name), 20, isLast ? 0 : 28, nameAt, 0], 4);
}

/** Puts the image together; it is meant for address 0 and may lie anywhere. */
export function makeVdsoImage(): VdsoImage {
  const names = new Names();
  const [sonameAt, versionAt] = [names.add(soname), names.add(version)];
  const namesAt = functions.map(({ name }) => names.add(name));
  const count = functions.length + 2;

  const body = new Writer();
  const here = (): number => headersBytes + body.align(8);
  // One bucket: symbol 1 first, each followed by the next.
  const hashAt = here();
  body.words([1, count, 1, 0], 4);
  body.words(
    functions.map((_, index) => index + 2),
    4,
  );
  body.put(0, 4);
  const symbolsAt = here();
  const textAt = symbolsAt + count * symbolBytes;
  const starts: number[] = [];
  const code: number[] = [];
  for (const one of functions) {
    if (one.isReturnedTo === true) code.push(nop);
    starts.push(textAt + 4 * code.length);
    code.push(...one.words);
  }
  body.bytes.push(...new Array<number>(symbolBytes).fill(0));
  for (const [index, one] of functions.entries())
    symbol(body, namesAt[index] ?? 0, STT_FUNC, textSection, starts[index] ?? 0, 4 * one.words.length);
  symbol(body, versionAt, STT_OBJECT, SHN_ABS, 0, 0);
  body.words(code, 4);
  const stringsAt = here();
  for (const letter of names.text) body.put(letter.charCodeAt(0), 1);
  const versionsAt = here();
  body.words([0, ...functions.map(() => 2), 2], 2);
  const definitionsAt = here();
  versionDefinition(body, VER_FLG_BASE, 1, soname, sonameAt);
  versionDefinition(body, 0, 2, version, versionAt);
  const dynamicAt = here();
  const dynamic: readonly (readonly [number, number])[] = [
    [14, sonameAt],
    [4, hashAt],
    [5, stringsAt],
    [6, symbolsAt],
    [10, names.text.length],
    [11, symbolBytes],
    [0x6fff_fffc, definitionsAt],
    [0x6fff_fffd, 2],
    [0x6fff_fff0, versionsAt],
    [0, 0],
  ];
  body.words(dynamic.flat(), 8);

  const total = headersBytes + body.length;
  const out = new Writer();
  out.bytes.push(...elf64Ident, 1, ...new Array<number>(9).fill(0));
  out.words([ET_DYN, EM_AARCH64], 2);
  out.put(1, 4);
  out.words([textAt, headerBytes, 0], 8);
  out.put(0, 4);
  out.words([headerBytes, programHeaderBytes, 2, 64, 0, 0], 2);
  out.words([PT_LOAD, PF_R | PF_X], 4);
  out.words([0, 0, 0, total, total, 0x10000], 8);
  out.words([PT_DYNAMIC, PF_R], 4);
  const dynamicBytes = 16 * dynamic.length;
  out.words([dynamicAt, dynamicAt, dynamicAt, dynamicBytes, dynamicBytes, 8], 8);
  return { bytes: Uint8Array.from([...out.bytes, ...body.bytes]), signalReturn: starts[0] ?? 0 };
}
