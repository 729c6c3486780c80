import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { Arena } from '../../emulator/machine/cpu/arm64/arena.ts';
import { Processor } from '../../emulator/machine/cpu/arm64/processor.ts';
import { type InstructionClass, type Random, randomInstruction, seeded } from './random-instruction.ts';

/** The record that the comparing program reads and writes: registers, an instruction, and memory around x16. */
export const stateBytes = 800;
const offsets = { base: 128, flags: 136, fpcr: 144, fpsr: 148, instruction: 152, vectors: 160, memory: 288 };
const memoryBytes = 512;
const memoryAddress = 0x10000;
const codeAddress = 0x20000;
const supervisorCall = 0xd4000001;
const branchToNext = 0x14000001;

const interestingFloats32 = [
  0, 0x80000000, 0x3f800000, 0xbf800000, 0x7f800000, 0xff800000, 0x7fc00000, 0x7f800001, 1, 0x807fffff,
  0x00800000, 0x7f7fffff, 0x7e800000, 0x00200000, 0x4f000000, 0xcf000001, 0x7bff7c01, 0x0001fc00,
];
const interesting64 = [
  0n,
  1n,
  0x8000000000000000n,
  0x7fffffffffffffffn,
  0xffffffffffffffffn,
  0x3ff0000000000000n,
  0x7ff0000000000000n,
  0x7ff8000000000000n,
  0x7ff0000000000001n,
  0xfff0000000000000n,
  0x0000000000000001n,
  0x4000000000000000n,
  0x800fffffffffffffn,
  0x0010000000000000n,
  0x7fefffffffffffffn,
  0x7fd0000000000000n,
  0x0004000000000000n,
  0x41e0000000000000n,
  0x43e0000000000000n,
  0x3800000000000000n,
  0x47f0000000000000n,
];

/** Random registers: every third value is one where arithmetic is special. */
export function randomState(instruction: number, random: Random): Uint8Array {
  const bytes = new Uint8Array(stateBytes);
  const view = new DataView(bytes.buffer);
  for (let index = 0; index < stateBytes; index += 4) view.setUint32(index, random(2 ** 32), true);
  for (let index = 0; index < 16; index += 1) special(view, index * 8, random);
  for (let index = 0; index < 16; index += 1) special(view, offsets.vectors + index * 8, random);
  view.setBigUint64(offsets.base, 0n, true);
  view.setBigUint64(offsets.flags, BigInt(random(16)) << 28n, true);
  // The rounding mode, FZ, DN and AHP.
  view.setUint32(offsets.fpcr, random(2) === 0 ? random(32) * 2 ** 22 : 0, true);
  // The inexact flag is set as often as not, since that opens a short cut.
  view.setUint32(offsets.fpsr, random(2) === 0 ? 16 : 0, true);
  view.setBigUint64(offsets.instruction, BigInt(instruction), true);
  return bytes;
}

function special(view: DataView, offset: number, random: Random): void {
  const kind = random(6);
  if (kind === 0) view.setBigUint64(offset, interesting64[random(interesting64.length)] ?? 0n, true);
  else if (kind === 1) {
    for (const at of [offset, offset + 4])
      view.setUint32(at, interestingFloats32[random(interestingFloats32.length)] ?? 0, true);
  } else if (kind === 2) view.setBigInt64(offset, BigInt(random(64) - 32), true);
  else if (kind === 3) view.setFloat64(offset, (random(2001) - 1000) / 8, true);
  else if (kind === 4) {
    view.setFloat32(offset, (random(2001) - 1000) / 8, true);
    view.setFloat32(offset + 4, (random(2001) - 1000) / 8, true);
  }
}

/** Instructions of a class and states to run them on; the same for the same seed. */
export function cases(
  of: InstructionClass,
  count: number,
  seed: number,
): { readonly words: readonly number[]; readonly before: readonly Uint8Array[] } {
  const random = seeded(seed);
  const words: number[] = [];
  for (let index = 0; index < count; index += 1) {
    const word = randomInstruction(of, random);
    if (word !== undefined) words.push(word);
  }
  return { words, before: words.map((word) => randomState(word, random)) };
}

/** A short name for states. */
export function digest(states: readonly Uint8Array[]): string {
  const hash = createHash('sha256');
  for (const state of states) hash.update(state);
  return hash.digest('hex').slice(0, 32);
}

/** The states after each instruction, as a program run by an emulator of the host gives them. */
export function runOnPeer(command: readonly string[], states: readonly Uint8Array[]): Uint8Array[] {
  const input = Buffer.concat(states);
  const [file = '', ...rest] = command;
  const done = spawnSync(file, rest, {
    input,
    maxBuffer: input.length + 65536,
    timeout: 300_000,
    killSignal: 'SIGKILL',
  });
  if (done.error !== undefined) throw done.error;
  const results: Uint8Array[] = [];
  for (let at = 0; at + stateBytes <= done.stdout.length; at += stateBytes)
    results.push(new Uint8Array(done.stdout.subarray(at, at + stateBytes)));
  return results;
}

/** Runs single instructions on the project's own processor. */
export class OwnProcessor {
  readonly #arena = new Arena();
  readonly #frames = new Map<number, Uint8Array>();
  readonly #processor: Processor;
  /** The first run has the block translated. */
  readonly #runs: number;

  /** By the interpreter, or by translated code. */
  constructor(form: 'interpreter' | 'translator' = 'interpreter') {
    for (const page of [memoryAddress - 4096, memoryAddress, codeAddress])
      this.#frames.set(page, this.#arena.take());
    const frame = (address: number): number => this.#frames.get(address - (address % 4096))?.byteOffset ?? -1;
    this.#processor = new Processor(this.#arena, { frame, generation: 0 }, () => 0n);
    this.#processor.translatesAfter = form === 'translator' ? 1 : Number.POSITIVE_INFINITY;
    this.#runs = form === 'translator' ? 2 : 1;
  }

  run(before: Uint8Array): Uint8Array {
    const code = this.#frames.get(codeAddress);
    if (code === undefined) throw new Error('there is no code');
    const words = new DataView(code.buffer, code.byteOffset);
    const instruction = new DataView(before.buffer, before.byteOffset).getBigUint64(
      offsets.instruction,
      true,
    );
    words.setUint32(0, Number(instruction), true);
    words.setUint32(4, branchToNext, true);
    words.setUint32(8, supervisorCall, true);
    this.#processor.code.forget(code.byteOffset);
    let after = before;
    for (let run = 0; run < this.#runs; run += 1) after = this.#runOnce(before);
    return after;
  }

  #runOnce(before: Uint8Array): Uint8Array {
    const { state } = this.#processor;
    const after = before.slice();
    const view = new DataView(after.buffer);
    const bottom = memoryAddress - memoryBytes / 2;
    this.#copy(after.subarray(offsets.memory), bottom, true);
    for (let index = 0; index < 16; index += 1) state.x[index] = view.getBigUint64(index * 8, true);
    state.x[16] = BigInt(memoryAddress);
    state.x[32] = 0n;
    for (let index = 0; index < 16; index += 1)
      state.v64[index] = view.getBigUint64(offsets.vectors + index * 8, true);
    state.flags = Number(view.getBigUint64(offsets.flags, true) >> 28n);
    state.floating.control = view.getUint32(offsets.fpcr, true);
    state.floating.status = view.getUint32(offsets.fpsr, true);
    state.pc = codeAddress;
    const stop = this.#processor.run(4);
    if (stop.kind !== 'supervisor-call') throw new Error(`stopped: ${JSON.stringify(stop)}`);
    for (let index = 0; index < 16; index += 1) view.setBigUint64(index * 8, state.get64(index), true);
    view.setBigUint64(offsets.base, state.get64(16) - BigInt(memoryAddress), true);
    view.setBigUint64(offsets.flags, BigInt(state.flags) << 28n, true);
    view.setUint32(offsets.fpsr, state.floating.status, true);
    for (let index = 0; index < 16; index += 1)
      view.setBigUint64(offsets.vectors + index * 8, state.v64[index] ?? 0n, true);
    this.#copy(after.subarray(offsets.memory), bottom, false);
    return after;
  }

  #copy(bytes: Uint8Array, from: number, toGuest: boolean): void {
    for (let index = 0; index < bytes.length; index += 1) {
      const at = from + index;
      const frame = this.#frames.get(at - (at % 4096));
      if (frame === undefined) continue;
      if (toGuest) frame[at % 4096] = bytes[index] ?? 0;
      else bytes[index] = frame[at % 4096] ?? 0;
    }
  }
}

/** Which parts of two states differ, in words; empty where none does. */
export function differences(own: Uint8Array, peer: Uint8Array): string[] {
  const [a, b] = [new DataView(own.buffer), new DataView(peer.buffer)];
  const found: string[] = [];
  const check = (name: string, offset: number): void => {
    const [x, y] = [a.getBigUint64(offset, true), b.getBigUint64(offset, true)];
    if (x !== y) found.push(`${name}: ${x.toString(16)}, the peer has ${y.toString(16)}`);
  };
  for (let index = 0; index < 16; index += 1) check(`x${index}`, index * 8);
  check('x16', offsets.base);
  check('nzcv', offsets.flags);
  check('fpsr and fpcr', offsets.fpcr);
  for (let index = 0; index < 16; index += 1)
    check(`v${index >> 1}.d[${index & 1}]`, offsets.vectors + index * 8);
  for (let index = 0; index < memoryBytes; index += 8) check(`memory+${index}`, offsets.memory + index);
  return found;
}
