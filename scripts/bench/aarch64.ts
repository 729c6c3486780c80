import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawn } from '../../emulator/linux/syscalls.ts';
import { O_CREAT, O_WRONLY } from '../../emulator/linux/uapi/fcntl.ts';
import { a64, elfProgram } from '../../emulator/testing/elf-program.ts';
import { ElfRun } from '../../emulator/userland/elf/run.ts';
import { Process } from '../../emulator/userland/process.ts';
import { boot } from '../../emulator/whatif/boot.ts';
import type { Measure, Subject } from './subject.ts';

/** What a loop does in each round; x1 counts down, x5 is a buffer on the stack, x6 an offset into it. */
const loops = {
  integer: [0x8b010042, 0xca020063, 0xd347fc64, 0x8b040042, 0xca0400c6, 0x9b027c63, 0x8b0300c6, 0xaa0600e7],
  memory: [0xf86668a2, 0x8b010042, 0xf82668a2, a64.addImmediate(6, 6, 8), 0x927d30c6],
  vector: [0x3ce668a0, 0x4ea08421, 0x6e201c42, a64.addImmediate(6, 6, 16), 0x927c2cc6],
} as const;

const millions = 50;
const rate = { count: millions, unit: 'million/s' } as const;

function program(body: readonly number[]): Uint8Array {
  const rounds = Math.floor((millions * 1_000_000) / (body.length + 2));
  const words = [
    a64.movz(1, rounds & 0xffff),
    a64.movk16(1, rounds >>> 16),
    0xd14403e5,
    a64.movz(6, 0),
    ...body,
    a64.subsImmediate(1, 1, 1),
    a64.branchNotEqual(-(body.length + 1)),
    a64.movz(0, 0),
    a64.movz(8, 94),
    a64.supervisorCall,
  ];
  return elfProgram(words);
}

const silent = { read: () => new Uint8Array(0), write: () => {} };

/** Runs of 50 million instructions on the emulated processor, and beside it on qemu-aarch64 where that is installed. */
export const aarch64: Subject = {
  name: `AArch64, ${millions} million instructions`,
  timeMs: 2000,
  async prepare() {
    const folder = mkdtempSync(join(tmpdir(), 'aarch64-'));
    const hasPeer =
      spawnSync('qemu-aarch64', ['--version'], { timeout: 10_000, killSignal: 'SIGKILL' }).status === 0;
    const kernel = (await boot('qemu-virt')).running;
    const run = new ElfRun(kernel);
    const measures: Measure[] = [];
    for (const kind of ['integer', 'memory', 'vector'] as const) {
      const bytes = program(loops[kind]);
      const path = `/bench-${kind}`;
      const writer = new Process(kernel, spawn(kernel, {}, 'cp'));
      writer.write(writer.open(path, O_CREAT | O_WRONLY, 0o755), bytes);
      writer.exit(0);
      measures.push({
        name: kind,
        run: async () => {
          const task = spawn(kernel, {}, kind);
          run.start(task, { path, argv: [kind], environment: [], console: silent });
          await run.run(task);
        },
        rate,
        ...(hasPeer ? { against: `${kind}, by qemu-aarch64` } : {}),
      });
      if (!hasPeer) continue;
      const file = join(folder, kind);
      writeFileSync(file, bytes);
      chmodSync(file, 0o755);
      measures.push({
        name: `${kind}, by qemu-aarch64`,
        run: () => spawnSync('qemu-aarch64', [file], { timeout: 60_000, killSignal: 'SIGKILL' }),
        rate,
      });
    }
    return { measures, end: () => rmSync(folder, { recursive: true }) };
  },
};
