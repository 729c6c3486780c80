import { describe, expect, it } from 'vitest';
import { a64 } from '../../../testing/elf-program.ts';
import { Arena } from './arena.ts';
import { Processor, type Stop } from './processor.ts';

const codeAt = 0x40_0000;
const elsewhere = 0x41_0000;
const ret = 0xd65f03c0;
const nop = 0xd503201f;
const call = (words: number): number => (0x94000000 | (words & 0x3ffffff)) >>> 0;

/** A processor with the given words at one page, a function of its own at another one, and no other memory. */
function machine(words: readonly number[], far: readonly number[], translatesAfter: number) {
  const arena = new Arena();
  const frames = new Map([
    [codeAt, arena.take()],
    [elsewhere, arena.take()],
  ]);
  const frame = (address: number): number => frames.get(address - (address % 4096))?.byteOffset ?? -1;
  const processor = new Processor(arena, { frame, generation: 0 }, () => 0n);
  processor.translatesAfter = translatesAfter;
  const write = (page: number, code: readonly number[]): void => {
    const bytes = frames.get(page);
    if (bytes === undefined) throw new Error('no such page');
    const view = new DataView(bytes.buffer, bytes.byteOffset);
    for (const [index, word] of code.entries()) view.setUint32(4 * index, word, true);
    processor.code.forget(bytes.byteOffset);
  };
  write(codeAt, words);
  write(elsewhere, far);
  processor.state.pc = codeAt;
  return { arena, frames, processor, write };
}

/** 300 rounds, in each of them a call to another page, a system call and a branch that is taken every other time. */
const rounds = [
  a64.movz(1, 300),
  call((elsewhere - codeAt) / 4 - 1),
  a64.addImmediate(2, 2, 1),
  a64.supervisorCall,
  0x36000061, // tbz w1, 0, past the next two
  a64.addImmediate(2, 2, 1),
  a64.addImmediate(2, 2, 1),
  a64.subsImmediate(1, 1, 1),
  a64.branchNotEqual(-7),
  a64.branch(0),
];
const farFunction = [a64.addImmediate(5, 5, 1), nop, ret];

/** Where a run in small turns stops, and after how many instructions. */
function stops(translatesAfter: number, budget: number): string[] {
  const { processor } = machine(rounds, farFunction, translatesAfter);
  const seen: string[] = [];
  for (let turn = 0; turn < 2000; turn += 1) {
    const stop: Stop = processor.run(budget);
    const { state } = processor;
    seen.push(`${stop.kind} ${state.pc.toString(16)} ${processor.instructions} ${state.x[2]} ${state.x[5]}`);
  }
  return seen;
}

describe('a processor', () => {
  for (const budget of [1, 2, 3, 5, 7, 1000])
    it(`stops at the same instructions, translated or not, with turns of ${budget}`, () => {
      const interpreted = stops(Number.POSITIVE_INFINITY, budget);
      expect(stops(1, budget)).toEqual(interpreted);
      expect(stops(8, budget)).toEqual(interpreted);
    });

  it('runs other code in a page that was rewritten after it had been translated', () => {
    const { processor, write } = machine([...rounds.slice(0, 3), a64.branch(-2)], farFunction, 2);
    processor.run(10_000);
    const before = processor.state.get64(5);
    write(elsewhere, [a64.addImmediate(6, 6, 1), nop, ret]);
    processor.run(10_000);
    expect(before).toBeGreaterThan(1000n);
    expect(processor.state.get64(5) - before).toBeLessThan(2n);
    expect(processor.state.get64(6)).toBeGreaterThan(1000n);
  });

  it('runs what a page holds that got another frame with a write', () => {
    const { arena, frames, processor } = machine([...rounds.slice(0, 3), a64.branch(-2)], farFunction, 2);
    processor.run(10_000);
    const other = arena.take();
    new DataView(other.buffer, other.byteOffset).setUint32(4, ret, true);
    frames.set(elsewhere, other);
    processor.memory.store32(elsewhere, a64.addImmediate(6, 6, 1));
    processor.run(10_000);
    expect(processor.state.get64(6)).toBeGreaterThan(1000n);
  });

  it('faults with the registers of the instruction, in translated code', () => {
    const { processor } = machine(
      [a64.addImmediate(2, 2, 1), a64.load(4, 3), a64.branch(-2)],
      farFunction,
      2,
    );
    processor.state.x[3] = BigInt(elsewhere);
    processor.run(1000);
    const ran = processor.instructions;
    const count = processor.state.get64(2);
    processor.state.x[3] = 0x1000n;
    const stop = processor.run(1000);
    expect(stop).toMatchObject({ kind: 'fault', fault: { address: 0x1000, kind: 'read' } });
    expect(processor.state.pc).toBe(codeAt + 4);
    expect(processor.state.get64(2)).toBe(count + 1n);
    expect(processor.instructions).toBe(ran + 1);
  });
});
