import { describe, expect, it } from 'vitest';
import { a64, elfProgram } from '../../testing/elf-program.ts';
import { runElfOn } from '../../testing/run-elf.ts';

const { movz, supervisorCall } = a64;
const exitWith = (code: number) => [movz(0, code), movz(8, 94), supervisorCall];

/** A loop of `count` times two instructions, then exit. */
const loop = (count: number) => [
  movz(1, count & 0xffff),
  a64.movk16(1, count >>> 16),
  a64.subsImmediate(1, 1, 1),
  a64.branchNotEqual(-1),
  ...exitWith(0),
];

describe('a program on the emulated processor', () => {
  it('ends with the code that it passes to exit_group()', async () => {
    const seen = await runElfOn('qemu-virt', elfProgram(exitWith(7)));
    expect(seen).toMatchObject({ end: 'ended', exitCode: 7, signal: null, instructions: 3 });
  });

  it('counts the same instructions whether code is interpreted or translated', async () => {
    const seen = await runElfOn('qemu-virt', elfProgram(loop(100_000)));
    expect(seen).toMatchObject({ exitCode: 0, instructions: 2 + 200_000 + 3 });
  });

  it('is stopped at its limit of instructions, and of virtual time', async () => {
    const forever = elfProgram([a64.branch(0)]);
    const limited = await runElfOn('qemu-virt', forever, { limits: { instructions: 300_000 } });
    expect(limited).toMatchObject({ end: 'instructions', exitCode: null, instructions: 300_000 });
    const timed = await runElfOn('qemu-virt', forever, { limits: { nanoseconds: 1_000_000n } });
    expect(timed.end).toBe('time');
    expect(Number(timed.nanoseconds)).toBeGreaterThanOrEqual(1_000_000);
    expect(Number(timed.nanoseconds)).toBeLessThan(1_200_000);
  });

  it('dies of what its instructions do wrong', async () => {
    const endOf = async (...words: number[]) => (await runElfOn('qemu-virt', elfProgram(words))).signal;
    const [SIGILL, SIGTRAP, SIGSEGV, SIGBUS] = [4, 5, 11, 7];
    expect(await endOf(0)).toBe(SIGILL);
    expect(await endOf(a64.breakpoint)).toBe(SIGTRAP);
    expect(await endOf(movz(1, 8), a64.load(0, 1))).toBe(SIGSEGV);
    expect(await endOf(movz(1, 0x1234), a64.branchTo(1))).toBe(SIGSEGV);
    expect(await endOf(a64.address(1, 2), a64.branchTo(1))).toBe(SIGBUS);
  });

  it('says which instruction it does not have', async () => {
    const { log } = await runElfOn('qemu-virt', elfProgram([0x12345678 & 0, ...exitWith(0)]));
    expect(log.at(-1)).toBe('program[3]: undefined instruction: pc=0x400078, code=00000000');
  });

  it('sees code that it has changed, once it says so', async () => {
    const replaced = movz(0, 9);
    const words = [
      // Run once, with 1; then store another instruction over it, invalidate, and run it again.
      movz(5, 2),
      movz(0, 1),
      a64.subsImmediate(5, 5, 1),
      a64.branchNotEqual(4),
      movz(8, 94),
      supervisorCall,
      0,
      a64.address(1, -6 * 4),
      a64.movk16(2, replaced >>> 16),
      0xf2800002 | ((replaced & 0xffff) << 5),
      0xb9000022,
      0xd50b7b21,
      0xd5033b9f,
      0xd50b7521,
      0xd5033fdf,
      a64.branch(-14),
    ];
    const seen = await runElfOn('qemu-virt', elfProgram(words));
    expect(seen.exitCode).toBe(9);
  });
});

describe('hostile programs', () => {
  it('overflow their stack and die of it', async () => {
    const recursion = [0xd10403ff, a64.store(0, 31), 0xf90003ff, a64.branch(-3)];
    expect((await runElfOn('qemu-virt', elfProgram(recursion))).signal).toBe(11);
  });

  it('map more than there is room for, and get ENOMEM', async () => {
    const map = [
      movz(0, 0),
      0xd2f00001,
      movz(2, 3),
      movz(3, 0x22),
      0x92800004,
      movz(5, 0),
      movz(8, 222),
      supervisorCall,
      0xcb0003e0,
      movz(8, 94),
      supervisorCall,
    ];
    expect((await runElfOn('qemu-virt', elfProgram(map))).exitCode).toBe(12);
  });

  it('pass wild pointers to the kernel, and get EFAULT', async () => {
    const write = [
      movz(0, 1),
      0xf2e20001,
      movz(2, 16),
      movz(8, 64),
      supervisorCall,
      0xcb0003e0,
      movz(8, 94),
      supervisorCall,
    ];
    expect((await runElfOn('qemu-virt', elfProgram(write))).exitCode).toBe(14);
  });
});
