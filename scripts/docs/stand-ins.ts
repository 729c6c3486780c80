import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { runCommand } from '../../emulator/cli/test-io.ts';
import { blocks } from './examples.ts';

/** A block of a page, by the line with which it begins. */
function blockOf(page: string, start: RegExp): string {
  const found = blocks().find((block) => block.page === page && start.test(block.text));
  if (found === undefined) throw new Error(`docs/${page} has no block that begins with ${start}`);
  return found.text;
}

async function outputOf(...words: readonly string[]): Promise<string> {
  return (await runCommand(words)).out;
}

/** Fills a folder with the files that examples take for the reader's own, of which some stand on the pages. */
export async function layOut(folder: string, root: string): Promise<void> {
  const write = (name: string, content: string | Uint8Array) => writeFileSync(join(folder, name), content);
  const copy = (from: string, to: string) => cpSync(join(root, from), join(folder, to));
  copy('dts/hikey/hikey.dts', 'board.dts');
  write('camera.yaml', blockOf('workloads.md', /^workload: preview/));
  write('prog.ts', blockOf('workloads.md', /^import type/));
  mkdirSync(join(folder, 'my-board'));
  copy('dts/hikey/hikey.dts', 'my-board/board.dts');
  write('my-board/board.yaml', blockOf('bring-up.md', /^name: my-board/));
  write('pools.yaml', blockOf('sweep.md', /^sweep:/));
  write('player.yaml', blockOf('consumers.md', /^consumer:/));
  write('scenario.yaml', blockOf('scenarios.md', /^scenario:/));
  write('secure.ts', blockOf('devices.md', /^export default/));
  copy('fixtures/workloads/display.yaml', 'a.yaml');
  copy('fixtures/workloads/start-stop.yaml', 'b.yaml');
  write('99-heaps.rules', 'SUBSYSTEM=="dma_heap", GROUP="video", MODE="0660"\n');
  write('ueventd.rc', '/dev/dma_heap/system 0444 system camera\n');
  write('config.gz', gzipSync(readFileSync(join(root, 'fixtures/kernel/configs/6.1-k4.config'))));
  mkdirSync(join(folder, 'fixtures/whatif'), { recursive: true });
  symlinkSync(join(root, 'fixtures/workloads'), join(folder, 'fixtures/workloads'));
  for (const name of ['P02-cma-zero.yaml', 'P26-leak-drains-the-pool.yaml'])
    copy(`fixtures/whatif/${name}`, `fixtures/whatif/${name}`);
  await layOutField(write);
}

/** What a machine says of itself; here an emulated one does. */
async function layOutField(write: (name: string, content: string) => void): Promise<void> {
  const { dmesg } = JSON.parse(await outputOf('boot', 'hikey', '--json')) as {
    dmesg: readonly { readonly text: string }[];
  };
  write('boot.log', dmesg.map(({ text }) => `[    0.000000] ${text}\n`).join(''));
  write('iomem.txt', await outputOf('cat', 'hikey', '/proc/iomem'));
  write('meminfo.txt', await outputOf('cat', 'hikey', '/proc/meminfo'));
  write(
    'field.txt',
    [
      '412 openat(AT_FDCWD, "/dev/dma_heap/linux,cma", O_RDWR|O_CLOEXEC) = 3',
      '412 ioctl(3, DMA_HEAP_IOCTL_ALLOC, 0x7ffc1230) = 0',
      '412 mmap(NULL, 1048576, PROT_READ|PROT_WRITE, MAP_SHARED, 4, 0) = 0x7f1234500000',
      '412 munmap(0x7f1234500000, 1048576) = 0',
      '412 close(4) = 0',
      '412 close(3) = 0',
      '412 +++ exited with 0 +++',
      '',
    ].join('\n'),
  );
}
