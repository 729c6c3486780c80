import type { Kernel } from '../../init/kernel.ts';
import { capable } from '../../kernel/cred.ts';
import type { Task } from '../../kernel/task.ts';
import * as vm from '../../mm/vm-area.ts';
import { type Errno, errno } from '../../uapi/errno.ts';
import { majorOf, minorOf } from '../../uapi/stat.ts';
import { OpenFile, type Positioning } from '../file.ts';
import { Inode, type OpenRequest } from '../inode.ts';
import { seekWithin } from '../libfs.ts';

/** /proc/PID/maps, smaps and pagemap. Plays fs/proc/task_mmu.c. */

function hexDigits(value: number, width: number): string {
  return value.toString(16).padStart(width, '0');
}

function nameOf(task: Task, area: vm.VmArea): string {
  if (area.file !== undefined) return area.file.path.replaceAll('\n', '\\012');
  const { brkStart, brk, vdso, startStack } = task.memory;
  if (vdso !== 0 && area.start === vdso) return '[vdso]';
  if (area.start <= brk && area.end >= brkStart) return '[heap]';
  return startStack !== 0 && area.start <= startStack && area.end >= startStack ? '[stack]' : '';
}

/** show_map_vma(): the name begins at column 73. */
function mapLine(kernel: Kernel, task: Task, area: vm.VmArea): string {
  const letters = [
    area.flags & vm.VM_READ ? 'r' : '-',
    area.flags & vm.VM_WRITE ? 'w' : '-',
    area.flags & vm.VM_EXEC ? 'x' : '-',
    area.flags & vm.VM_MAYSHARE ? 's' : 'p',
  ].join('');
  const inode = area.file?.inode;
  const device = inode?.fileSystem.device ?? 0;
  const offset = inode === undefined ? 0 : area.offsetPages * kernel.pageSizeBytes;
  const place = `${hexDigits(majorOf(device), 2)}:${hexDigits(minorOf(device), 2)} ${inode?.number ?? 0}`;
  const range = `${hexDigits(area.start, 8)}-${hexDigits(area.end, 8)}`;
  const line = `${range} ${letters} ${hexDigits(offset, 8)} ${place} `;
  const name = nameOf(task, area);
  return name === '' ? `${line}\n` : `${line.padEnd(73)}${name}\n`;
}

export function showMaps(kernel: Kernel, task: Task): string {
  return task.memory.areas.map((area) => mapLine(kernel, task, area)).join('');
}

/** Mnemonics of smaps, in the order of their bits. */
const flagNames: readonly (readonly [number, string])[] = [
  [vm.VM_READ, 'rd'],
  [vm.VM_WRITE, 'wr'],
  [vm.VM_EXEC, 'ex'],
  [vm.VM_SHARED, 'sh'],
  [vm.VM_MAYREAD, 'mr'],
  [vm.VM_MAYWRITE, 'mw'],
  [vm.VM_MAYEXEC, 'me'],
  [vm.VM_MAYSHARE, 'ms'],
  [vm.VM_GROWSDOWN, 'gd'],
  [vm.VM_PFNMAP, 'pf'],
  [vm.VM_LOCKED, 'lo'],
  [vm.VM_IO, 'io'],
  [vm.VM_SEQ_READ, 'sr'],
  [vm.VM_RAND_READ, 'rr'],
  [vm.VM_DONTCOPY, 'dc'],
  [vm.VM_DONTEXPAND, 'de'],
  [vm.VM_ACCOUNT, 'ac'],
  [vm.VM_NORESERVE, 'nr'],
  [vm.VM_WIPEONFORK, 'wf'],
  [vm.VM_DONTDUMP, 'dd'],
  [vm.VM_MIXEDMAP, 'mm'],
  [vm.VM_HUGEPAGE, 'hg'],
  [vm.VM_NOHUGEPAGE, 'nh'],
];

/** show_smap(); counters that the emulator does not keep are 0. */
function smapEntry(kernel: Kernel, task: Task, area: vm.VmArea): string {
  const pageKiB = kernel.pageSizeBytes / 1024;
  const { present, anonymous } = task.memory.presentPages(area);
  const residentKiB = present * pageKiB;
  const flags = flagNames.filter(([flag]) => (area.flags & flag) !== 0).map(([, name]) => `${name} `);
  const rows: readonly (readonly [string, number])[] = [
    ['Size', (area.end - area.start) / 1024],
    ['KernelPageSize', pageKiB],
    ['MMUPageSize', pageKiB],
    ['Rss', residentKiB],
    ['Pss', residentKiB],
    ['Pss_Dirty', residentKiB],
    ['Shared_Clean', 0],
    ['Shared_Dirty', 0],
    ['Private_Clean', 0],
    ['Private_Dirty', residentKiB],
    ['Referenced', residentKiB],
    ['Anonymous', anonymous * pageKiB],
    ['LazyFree', 0],
    ['AnonHugePages', 0],
    ['ShmemPmdMapped', 0],
    ['FilePmdMapped', 0],
    ['Shared_Hugetlb', 0],
    ['Private_Hugetlb', 0],
    ['Swap', 0],
    ['SwapPss', 0],
    ['Locked', (area.flags & vm.VM_LOCKED) !== 0 ? residentKiB : 0],
  ];
  const text = rows
    .map(([name, value]) => `${`${name}:`.padEnd(16)}${String(value).padStart(8)} kB\n`)
    .join('');
  return `${mapLine(kernel, task, area)}${text}THPeligible:           0\nVmFlags: ${flags.join('')}\n`;
}

export function showSmaps(kernel: Kernel, task: Task): string {
  return task.memory.areas.map((area) => smapEntry(kernel, task, area)).join('');
}

const presentBit = 1n << 63n;
const filePageBit = 1n << 61n;

/** /proc/PID/pagemap: 8 bytes for each page of the address space. */
export class PagemapInode extends Inode {
  readonly task: Task;

  constructor(fileSystem: Inode['fileSystem'], task: Task) {
    super(fileSystem, 0o100400);
    this.task = task;
  }

  override open(request: OpenRequest): OpenFile {
    return new PagemapFile(this, request);
  }
}

class PagemapFile extends OpenFile {
  readonly #task: Task;
  /** Frame numbers are shown to administrators only. */
  readonly #showsFrames: boolean;

  constructor(inode: PagemapInode, request: OpenRequest) {
    super(inode, request.flags, request.dentry);
    this.#task = inode.task;
    this.#showsFrames = capable(request.task.credentials, 'CAP_SYS_ADMIN');
  }

  override get positioning(): Positioning {
    return { seekable: true, positional: true };
  }

  override seek(offset: number, whence: number): Errno {
    const target = seekWithin(this.position, 0, offset, whence);
    if (target >= 0) this.position = target;
    return target;
  }

  override read(length: number, position: number, kernel: Kernel): Uint8Array | Errno {
    if (position % 8 !== 0 || length % 8 !== 0) return -errno.EINVAL;
    const bytes = new Uint8Array(length);
    const view = new DataView(bytes.buffer);
    const space = this.#task.memory;
    for (let offset = 0; offset < length; offset += 8) {
      const address = ((position + offset) / 8) * kernel.pageSizeBytes;
      const pfn = space.presentPfn(address);
      if (pfn === undefined) continue;
      const filePage = space.find(address)?.isAnonymous === true ? 0n : filePageBit;
      view.setBigUint64(offset, presentBit | filePage | (this.#showsFrames ? BigInt(pfn) : 0n), true);
    }
    return bytes;
  }
}
