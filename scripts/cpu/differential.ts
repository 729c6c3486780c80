import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { cases, differences, digest, OwnProcessor, runOnPeer } from './compare.ts';
import { instructionClasses } from './random-instruction.ts';

/**
 * Compares our processor with qemu-aarch64, instruction by instruction, on random registers:
 * `npm run cpu -- [count per class] [seed] [class]`. Exits with 1 where a register or a byte of memory differs. With
 * `record` in place of a class, digests of the peer's answers are written to fixtures/cpu/answers.json, for the tests.
 */
const [perClass = 400, seed = 1] = process.argv.slice(2, 4).map(Number);
const records = process.argv[4] === 'record';
const wanted = records ? undefined : process.argv[4];
const program = '.cache/cpu/one-instruction';

function has(command: string): boolean {
  return spawnSync(command, ['--version'], { timeout: 10_000, killSignal: 'SIGKILL' }).status === 0;
}

if (!has('qemu-aarch64') || !has('aarch64-linux-gnu-gcc')) {
  console.log('skipped: qemu-aarch64 and aarch64-linux-gnu-gcc are not both installed');
  process.exit(0);
}
const source = 'fixtures/cpu/one-instruction.c';
if (!existsSync(program) || statSync(program).mtimeMs < statSync(source).mtimeMs) {
  mkdirSync('.cache/cpu', { recursive: true });
  const built = spawnSync('aarch64-linux-gnu-gcc', ['-O1', '-static', '-o', program, source], {
    timeout: 60_000,
    killSignal: 'SIGKILL',
  });
  if (built.status !== 0) throw new Error(String(built.stderr));
}

const owns = [new OwnProcessor('interpreter'), new OwnProcessor('translator')];
const answers: Record<string, string> = {};
let compared = 0;
let different = 0;
for (const of of instructionClasses) {
  if (wanted !== undefined && of.name !== wanted) continue;
  const { words, before } = cases(of, perClass, seed);
  const peers = runOnPeer(['qemu-aarch64', '-cpu', 'max', program], before);
  answers[of.name] = digest(peers);
  const failures = new Map<string, string>();
  for (const [index, peer] of peers.entries()) {
    const start = before[index];
    if (start === undefined) continue;
    for (const [form, own] of owns.entries()) {
      const found = differences(own.run(start), peer);
      compared += 1;
      if (found.length === 0) continue;
      different += 1;
      const word = (words[index] ?? 0).toString(16).padStart(8, '0');
      failures.set(`${word} ${form === 0 ? 'interpreted' : 'translated'}`, found[0] ?? '');
    }
  }
  const stopped =
    peers.length < words.length ? `, stopped at ${(words[peers.length] ?? 0).toString(16)}` : '';
  console.log(`${of.name}: ${peers.length} compared, ${failures.size} differ${stopped}`);
  for (const [word, what] of [...failures].slice(0, 4)) console.log(`  ${word}  ${what}`);
  if (stopped !== '') different += 1;
}
console.log(`${compared} states compared, ${different} differ`);
if (records && different === 0) {
  const file = 'fixtures/cpu/answers.json';
  writeFileSync(file, `${JSON.stringify({ perClass, seed, answers }, undefined, 2)}\n`);
}
process.exitCode = different === 0 ? 0 : 1;
