import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';
import { type Cost, costOf } from './figure.ts';
import type { Timed } from './subject.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const api = new URL('../../dist/index.js', import.meta.url);
const runs = 7;

/** What a process boots and does before it tells its resident memory. */
const programs: Readonly<Record<string, string>> = {
  'bare node': '',
  '8 GiB board, idle': 'const system = await booted();',
  '8 GiB board from a changed .dts, idle': 'const system = await booted(changed);',
  '8 GiB board, 1,000 live 1 MiB buffers': `
    const system = await booted();
    const process = system.spawn();
    const heap = process.open('/dev/dma_heap/system', 2);
    for (let made = 0; made < 1000; made += 1) process.dmaHeapAlloc(heap, 1 << 20, 2);
    globalThis.kept = [system, process];`,
};

const board = readFileSync(new URL('../../dts/qemu-virt/qemu-virt.dts', import.meta.url), 'utf8');

const booted = (changed: string): string => `
  const changed = ${JSON.stringify(changed)};
  const booted = async (board = 'qemu-virt') => {
    const { boot } = await import(${JSON.stringify(api.href)});
    return boot(board, { memory: [{ baseBytes: 0x40000000n, sizeBytes: 8n << 30n }] });
  };`;

/** Resident memory of a process that has a board of 8 GiB, against a Node that does nothing. */
export const memory: Timed = {
  name: 'resident memory',
  async figures() {
    if (!existsSync(api)) throw new Error('the project has not been built; run npm run build');
    const folder = mkdtempSync(join(tmpdir(), 'heapboard-bench-'));
    const changed = join(folder, 'changed.dts');
    writeFileSync(changed, `${board}// changed\n`);
    const costs = Object.entries(programs).map(([name, body]): Cost => {
      const source = `${body === '' ? '' : booted(changed)}${body}\nconsole.log(globalThis.process.memoryUsage.rss());`;
      const samples = Array.from({ length: runs }, () => residentMegabytes(source));
      return costOf(name, 'MB', samples);
    });
    rmSync(folder, { recursive: true });
    return costs;
  },
};

function residentMegabytes(source: string): number {
  const words = ['--input-type=module', '-e', source];
  return (
    Number(
      execFileSync(process.execPath, words, { encoding: 'utf8', timeout: 60_000, killSignal: 'SIGKILL' }),
    ) / 1e6
  );
}

const packed = z.tuple([z.object({ size: z.number(), unpackedSize: z.number() })]);

/** What the package weighs. */
export const tarball: Timed = {
  name: 'the packed tarball',
  async figures() {
    const words = ['pack', '--dry-run', '--ignore-scripts', '--json'];
    const output = execFileSync('npm', words, {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: 60_000,
      killSignal: 'SIGKILL',
    });
    const [{ size, unpackedSize }] = packed.parse(JSON.parse(output));
    return [costOf('packed', 'MB', [size / 1e6]), costOf('unpacked', 'MB', [unpackedSize / 1e6])];
  },
};
