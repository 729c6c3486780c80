import {
  DMA_BUF_SET_NAME,
  DMA_BUF_SET_NAME_A,
  DMA_BUF_SET_NAME_B,
} from '../../../emulator/linux/uapi/dma-buf.ts';
import { O_RDONLY } from '../../../emulator/linux/uapi/fcntl.ts';
import { MAP_ANONYMOUS, MAP_PRIVATE, MAP_SHARED } from '../../../emulator/linux/uapi/mman.ts';
import type { Probe } from '../probe.ts';
import { mappingText } from './vma-ops.ts';

const longest = 40;

const requests: readonly (readonly [string, number])[] = [
  ['SET_NAME', DMA_BUF_SET_NAME],
  ['SET_NAME_A', DMA_BUF_SET_NAME_A],
  ['SET_NAME_B', DMA_BUF_SET_NAME_B],
];

/** Names with characters that something on the way might treat in its own manner; texts are bytes. */
const specials: readonly (readonly [string, string])[] = [
  ['newline', 'a\nb'],
  ['utf8', '\xc3\xa9'],
  ['badutf8', '\xff\xfe'],
  ['space', 'a b'],
  ['slash', 'a/b'],
  ['paren', 'x (deleted)'],
  ['percent', '%s%n'],
  ['backslash', 'a\\b'],
];

const alphabet = 'abcdefghijklmnopqrstuvwxyz';

export function setName(probe: Probe, fd: number, name: string, request = DMA_BUF_SET_NAME): number {
  return probe.libc.withText(name, (address) => probe.libc.ioctl(fd, request, address));
}

const linkOf = (probe: Probe, fd: number) => probe.libc.readlink(`/proc/self/fd/${fd}`).link;

/** SET_NAME in its three numbers, with names of every length and kind, and where a name shows. */
export function nameCases(probe: Probe): void {
  const { libc } = probe;
  const fd = probe.alloc(probe.pageSize);
  lengths(probe, fd);
  specialNames(probe, fd);
  pointers(probe, fd);
  probe.report('set_name_kept', 0, {}, { link: linkOf(probe, fd) });
  const readOnly = probe.alloc(probe.pageSize, O_RDONLY);
  probe.report('set_name_on_rdonly_fd', setName(probe, readOnly, 'ro'), {});
  const copy = libc.dup(fd);
  setName(probe, copy, 'viadup');
  probe.report('set_name_via_dup', 0, {}, { link: linkOf(probe, fd) });
  libc.close(copy);
  libc.close(readOnly);
  setName(probe, fd, 'shown');
  elsewhere(probe, fd);
  libc.close(fd);
}

function lengths(probe: Probe, fd: number): void {
  for (const [cmd, request] of requests) {
    for (let len = 0; len <= longest; len++) {
      const name = Array.from({ length: len }, (_, index) => alphabet[index % alphabet.length]).join('');
      const padded = name.padEnd(63, '\0');
      const row = probe.row('set_name', setName(probe, fd, padded, request), { cmd, len });
      const link = linkOf(probe, fd);
      const info = probe.libc.slurp(`/proc/self/fdinfo/${fd}`) ?? '';
      const tail = info.indexOf('name:\t');
      row.add({ link, fdinfo_tail: tail < 0 ? '' : info.slice(tail) }).done();
    }
  }
}

function specialNames(probe: Probe, fd: number): void {
  const { libc, pageSize } = probe;
  for (const [what, name] of specials) {
    const row = probe.row('set_name_special', setName(probe, fd, name), { what });
    row.add({ link: linkOf(probe, fd) });
    const map = libc.mmap(pageSize, 3, MAP_SHARED, fd) ?? 0;
    const maps = mappingText(probe, 'maps', map);
    if (maps !== undefined) row.add({ maps });
    libc.munmap(map, pageSize);
    row.done();
  }
}

function pointers(probe: Probe, fd: number): void {
  const { libc, pageSize: page } = probe;
  const { memory } = libc.process;
  const start = libc.mmap(2 * page, 3, MAP_PRIVATE | MAP_ANONYMOUS, -1) ?? 0;
  libc.munmap(start + page, page);
  const at = (ptr: string, address: number) =>
    probe.report('set_name_ptr', libc.ioctl(fd, DMA_BUF_SET_NAME, address), { ptr });
  at('null', 0);
  at('unmapped', start + page);
  memory.fill(start, page, 'z'.charCodeAt(0));
  at('8 bytes then unmapped, no NUL', start + page - 8);
  at('32 bytes then unmapped, no NUL', start + page - 32);
  memory.write(start + page - 1, Uint8Array.of(0));
  at('7 bytes and NUL at page end', start + page - 8);
  libc.munmap(start, page);
}

function elsewhere(probe: Probe, fd: number): void {
  const { libc } = probe;
  const report = (name: string, args: { readonly file?: string }, path: string) => {
    const text = libc.slurp(path);
    probe.report(name, text === undefined ? -1 : 0, args, { text: text ?? '' });
  };
  report('bufinfo', {}, '/sys/kernel/debug/dma_buf/bufinfo');
  const own = libc.process.fstat(fd);
  for (const file of ['exporter_name', 'size']) {
    report('dmabuf_sysfs', { file }, `/sys/kernel/dmabuf/buffers/${own.inode}/${file}`);
  }
  const next = probe.alloc(probe.pageSize);
  const other = libc.process.fstat(next);
  const sameDevice = other.device === own.device ? 1 : 0;
  probe.report('inode_increment', 0, {}, { delta: other.inode - own.inode, same_dev: sameDevice });
  libc.close(next);
}
