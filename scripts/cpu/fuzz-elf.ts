import { spawn } from '../../emulator/linux/syscalls.ts';
import { O_CREAT, O_TRUNC, O_WRONLY } from '../../emulator/linux/uapi/fcntl.ts';
import { compileForAarch64, hasCrossCompiler } from '../../emulator/testing/cross-compiler.ts';
import { a64, elfProgram } from '../../emulator/testing/elf-program.ts';
import { ElfRun } from '../../emulator/userland/elf/run.ts';
import { Process } from '../../emulator/userland/process.ts';
import { boot } from '../../emulator/whatif/boot.ts';
import { type Random, seeded } from './random-instruction.ts';

/**
 * Runs programs with random damage on one booted board: `npm run fuzz:elf -- [count] [seed]`. Whatever they do, they end
 * as on Linux, by themselves, a signal or their limit; an exception of ours ends the run with the seed that showed it.
 */
const [count = 10_000, seed = 1] = process.argv.slice(2, 4).map(Number);
const instructionsEach = 20_000;

const small = elfProgram(
  [a64.movz(1, 200), a64.subsImmediate(1, 1, 1), a64.branchNotEqual(-1)].concat(
    Array.from({ length: 40 }, (_, index) => a64.addImmediate(index % 30, (index + 3) % 30, index)),
    [a64.movz(8, 94), a64.supervisorCall],
  ),
);
const subjects = [small];
if (hasCrossCompiler()) subjects.push(compileForAarch64('fixtures/aarch64/heaps.c'));
else console.log('only a small program is damaged: there is no aarch64-linux-gnu-gcc');

/** A copy with some bytes changed, most often in headers and at the entry. */
function damaged(bytes: Uint8Array, random: Random): Uint8Array {
  const copy = bytes.slice();
  const changes = 1 + random(8);
  for (let change = 0; change < changes; change += 1) {
    const kind = random(4);
    const at = kind === 0 ? random(64) : kind === 1 ? random(400) : random(copy.length);
    copy[at] = random(5) === 0 ? 255 : random(256);
  }
  return random(20) === 0 ? copy.subarray(0, random(copy.length)) : copy;
}

const silent = { read: () => new Uint8Array(0), write: () => {} };
const ends = new Map<string, number>();
let system = await boot('qemu-virt', {});
let run = new ElfRun(system.running);
const random = seeded(seed);
for (let index = 0; index < count; index += 1) {
  if (index % 2000 === 1999) {
    if (process.env.MEM) console.log(index, JSON.stringify(process.memoryUsage()));
    system = await boot('qemu-virt', {});
    run = new ElfRun(system.running);
  }
  const kernel = system.running;
  const subject = subjects[random(20) === 0 ? subjects.length - 1 : 0] ?? small;
  const bytes = damaged(subject, random);
  try {
    const writer = new Process(kernel, spawn(kernel, {}, 'cp'));
    const fd = writer.open('/fuzz', O_CREAT | O_WRONLY | O_TRUNC, 0o755);
    for (let at = 0; at < bytes.length; at += 32768) writer.write(fd, bytes.subarray(at, at + 32768));
    writer.exit(0);
    const task = spawn(kernel, {}, 'fuzz');
    let end = 'refused';
    try {
      run.start(task, { path: '/fuzz', argv: ['fuzz'], environment: [], console: silent });
      const limit = run.processor.instructions + instructionsEach;
      const outcome = await run.run(task, { instructions: limit });
      end =
        outcome.kind !== 'ended'
          ? outcome.kind
          : outcome.status.kind === 'exited'
            ? 'exited'
            : `signal ${outcome.status.signal}`;
    } catch (error) {
      if (!(error instanceof Error && 'syscall' in error)) throw error;
    }
    const killer = new Process(kernel, spawn(kernel, {}, 'kill'));
    // Nobody may be left to kill.
    killer.trySyscall('kill', -1, 9);
    killer.exit(0);
    ends.set(end, (ends.get(end) ?? 0) + 1);
  } catch (error) {
    console.log(`program ${index} of seed ${seed} broke the emulator`);
    throw error;
  }
}
for (const [end, times] of [...ends].toSorted((a, b) => b[1] - a[1])) console.log(`${times} ${end}`);
console.log(`${count} damaged programs run, none broke the emulator`);
