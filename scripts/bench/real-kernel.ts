import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readFdt } from '../../emulator/devicetree/fdt.ts';
import { writeFdt } from '../../emulator/devicetree/fdt-writer.ts';
import type { Subject } from './subject.ts';

const inProject = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const machine = ['-cpu', 'cortex-a57', '-m', '1G', '-nic', 'none', '-display', 'none'];
const mayTakeMs = 120_000;

/** What a real kernel takes to tell which heaps a tree gives, in QEMU, and what Heapboard takes for the same tree. */
export function realKernel(image: string): Subject {
  return {
    name: 'heaps of the tree of QEMU’s virt',
    timeMs: 8000,
    async prepare() {
      const folder = mkdtempSync(join(tmpdir(), 'heapboard-bench-'));
      const [tree, files] = [join(folder, 'tree.dtb'), join(folder, 'initramfs')];
      await run('qemu-system-aarch64', ['-M', `virt,dumpdtb=${tree}`, ...machine]);
      // As QEMU writes it, the tree has a megabyte of nothing behind it, with which the kernel does not start.
      writeFileSync(tree, writeFdt(readFdt(readFileSync(tree), tree)));
      writeFileSync(files, initramfs(firstProgram(folder)));
      const peer = 'a real kernel in QEMU, to user space';
      const screen = ['-M', 'virt', '-serial', 'stdio', '-monitor', 'none', '-no-reboot'];
      const boots = ['-kernel', image, '-initrd', files, '-dtb', tree, '-append', 'console=ttyAMA0 panic=-1'];
      const command = inProject('dist/cli/main.js');
      return {
        measures: [
          {
            name: 'heapboard boot',
            run: () => run(process.execPath, [command, 'boot', tree], /dma_heap\/\S/),
            against: peer,
          },
          {
            name: peer,
            run: () => run('qemu-system-aarch64', [...machine, ...screen, ...boots], /^heap \S/m),
          },
        ],
        end: () => rmSync(folder, { recursive: true }),
      };
    },
  };
}

/** Runs a program, which is to say something in particular. */
function run(program: string, words: readonly string[], says?: RegExp): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, words, {
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: mayTakeMs,
      killSignal: 'SIGKILL',
    });
    let said = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (text) => {
        said += text;
      });
    child.on('error', reject);
    child.on('close', () =>
      says === undefined || says.test(said)
        ? resolve()
        : reject(new Error(`${program} named no heap: ${said.slice(-400)}`)),
    );
  });
}

function firstProgram(folder: string): Uint8Array {
  const program = join(folder, 'init');
  execFileSync(
    'aarch64-linux-gnu-gcc',
    ['-O1', '-static', '-o', program, inProject('fixtures/bench/init.c')],
    { timeout: mayTakeMs, killSignal: 'SIGKILL' },
  );
  return readFileSync(program);
}

const folderMode = 0o040755;
const programMode = 0o100755;

/** A file system of a program and an empty /dev, as the kernel unpacks it: cpio's form "newc". */
function initramfs(program: Uint8Array): Buffer {
  const nothing = new Uint8Array();
  return Buffer.concat([
    entry('dev', folderMode, nothing),
    entry('init', programMode, program),
    entry('TRAILER!!!', 0, nothing),
  ]);
}

/** A header of fixed width, the name, and the content, each filled up to four bytes. */
function entry(name: string, mode: number, content: Uint8Array): Buffer {
  const fields = [0, mode, 0, 0, 1, 0, content.length, 0, 0, 0, 0, name.length + 1, 0];
  const header = `070701${fields.map((field) => field.toString(16).padStart(8, '0')).join('')}`;
  return Buffer.concat([filled(Buffer.from(`${header}${name}\0`)), filled(content)]);
}

function filled(bytes: Uint8Array): Buffer {
  return Buffer.concat([bytes, Buffer.alloc(-bytes.length & 3)]);
}
