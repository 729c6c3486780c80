import { ThreadRegisters } from '../../machine/cpu/arm64/registers.ts';
import { mapVdso } from '../arch/arm64/kernel/vdso.ts';
import type { Kernel } from '../init/kernel.ts';
import type { ExecutedImage, ProgramImage, Task } from '../kernel/task.ts';
import { taskSizeBytes } from '../mm/address-space.ts';
import { mapMemory } from '../mm/mmap.ts';
import { ShmemInode } from '../mm/shmem.ts';
import {
  dynamicBase,
  type ElfHeader,
  EM_AARCH64,
  ET_DYN,
  ET_EXEC,
  headerBytes,
  PF_R,
  PF_W,
  PF_X,
  type ProgramHeader,
  PT_GNU_STACK,
  PT_INTERP,
  PT_LOAD,
  programHeaderBytes,
  readHeader,
  readProgramHeaders,
} from '../uapi/elf.ts';
import { type Errno, errno } from '../uapi/errno.ts';
import { O_RDONLY } from '../uapi/fcntl.ts';
import {
  MAP_ANONYMOUS,
  MAP_FIXED,
  MAP_GROWSDOWN,
  MAP_PRIVATE,
  PROT_EXEC,
  PROT_READ,
  PROT_WRITE,
} from '../uapi/mman.ts';
import { RLIMIT_STACK } from '../uapi/resource.ts';
import type { Dentry } from './dentry.ts';
import { writeStack } from './elf-stack.ts';
import type { BinaryFormat } from './exec.ts';
import { lookUp } from './namei.ts';

/**
 * AArch64 programs. Plays fs/binfmt_elf.c, all releases. Deviations: addresses are not randomised, and a
 * position-independent program without an interpreter lies where one with an interpreter would.
 */

/** STACK_TOP: the last page of user space stays free. */
const stackTop = ({ pageSizeBytes }: Kernel): number => taskSizeBytes - pageSizeBytes;
const largestStackBytes = 8 * 2 ** 20;
const decoder = new TextDecoder();

interface ElfProgram {
  readonly inode: ShmemInode;
  readonly dentry: Dentry;
  readonly header: ElfHeader;
  readonly segments: readonly ProgramHeader[];
}

/** Where a file's segments lie. */
interface Loaded {
  /** Added to every address of the file. */
  readonly bias: number;
  readonly entry: number;
  /** Where the program headers are in memory. */
  readonly headersAt: number;
  /** Behind the last byte. */
  readonly end: number;
}

function readProgram(dentry: Dentry): ElfProgram | Errno {
  const { inode } = dentry;
  if (!(inode instanceof ShmemInode)) return -errno.EACCES;
  const header = readHeader(inode.readBytes(0, headerBytes));
  if (header === undefined || header.machine !== EM_AARCH64) return -errno.ENOEXEC;
  if (header.type !== ET_EXEC && header.type !== ET_DYN) return -errno.ENOEXEC;
  const tableBytes = header.programHeaderCount * programHeaderBytes;
  if (header.programHeaderSize !== programHeaderBytes || tableBytes === 0 || tableBytes > 65536)
    return -errno.ENOEXEC;
  const table = inode.readBytes(header.programHeaders, tableBytes);
  if (table.length < tableBytes) return -errno.ENOEXEC;
  const segments = readProgramHeaders(table);
  return segments.some((segment) => segment.type === PT_LOAD)
    ? { inode, dentry, header, segments }
    : -errno.ENOEXEC;
}

/** elf_format: programs for this machine; others are somebody else's. */
export const elfFormat: BinaryFormat = (head, request) => {
  if (readHeader(head) === undefined) return undefined;
  const program = readProgram(request.dentry);
  if (typeof program === 'number') return program;
  const image: ProgramImage = {
    name: request.path,
    start: (kernel, task, executed) => start(kernel, task, program, executed),
  };
  return image;
};

/** load_elf_binary() from where the old program is gone. */
function start(kernel: Kernel, task: Task, program: ElfProgram, executed: ExecutedImage): Errno {
  const loaded = mapProgram(kernel, task, program, program.header.type === ET_DYN ? dynamicBase : 0);
  if (typeof loaded === 'number') return loaded;
  const page = kernel.pageSizeBytes;
  task.memory.brkStart = Math.ceil(loaded.end / page) * page;
  task.memory.brk = task.memory.brkStart;
  if (!mapVdso(kernel, task)) return -errno.ENOMEM;
  const stackSegment = program.segments.find(({ type }) => type === PT_GNU_STACK);
  const executableStack = stackSegment === undefined || (stackSegment.flags & PF_X) !== 0;
  const mapped = mapStack(kernel, task, executableStack);
  if (mapped < 0) return mapped;
  const interpreter = mapInterpreter(kernel, task, program);
  if (typeof interpreter === 'number') return interpreter;
  const pointer = writeStack(task, stackTop(kernel), {
    executed,
    randomBytes: kernel.random.bytes(16),
    pageSizeBytes: page,
    headersAt: loaded.headersAt,
    headerCount: program.header.programHeaderCount,
    interpreterBase: interpreter?.bias ?? 0,
    entry: loaded.entry,
  });
  if (pointer < 0) return pointer;
  task.memory.startStack = pointer;
  const registers = new ThreadRegisters();
  registers.x[31] = BigInt(pointer);
  registers.pc = interpreter?.entry ?? loaded.entry;
  task.registers = registers;
  return 0;
}

function mapStack(kernel: Kernel, task: Task, isExecutable: boolean): number {
  const limit = task.limits.soft(RLIMIT_STACK);
  const wanted = Math.min(limit, largestStackBytes);
  const lengthBytes = Math.max(1, Math.floor(wanted / kernel.pageSizeBytes)) * kernel.pageSizeBytes;
  return mapMemory(kernel, task, {
    address: stackTop(kernel) - lengthBytes,
    lengthBytes,
    protection: PROT_READ | PROT_WRITE | (isExecutable ? PROT_EXEC : 0),
    flags: MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_GROWSDOWN,
    file: undefined,
    offsetPages: 0,
  });
}

/** load_elf_interp(): ld.so, where the program names one. */
function mapInterpreter(kernel: Kernel, task: Task, program: ElfProgram): Loaded | Errno | undefined {
  const named = program.segments.find(({ type }) => type === PT_INTERP);
  if (named === undefined) return undefined;
  const path = decoder.decode(program.inode.readBytes(named.offset, named.fileBytes - 1));
  const dentry = lookUp(task, -1, path, { followLast: true });
  if (typeof dentry === 'number') return dentry;
  const interpreter = readProgram(dentry);
  if (typeof interpreter === 'number') return -errno.ELIBBAD;
  const lengthBytes = Math.max(
    ...loads(interpreter).map(({ address, memoryBytes }) => address + memoryBytes),
  );
  const room = task.memory.findRoom(Math.ceil(lengthBytes / 65536) * 65536);
  return room === undefined ? -errno.ENOMEM : mapProgram(kernel, task, interpreter, room);
}

function loads(program: ElfProgram): readonly ProgramHeader[] {
  return program.segments.filter(({ type }) => type === PT_LOAD);
}

function mapProgram(kernel: Kernel, task: Task, program: ElfProgram, bias: number): Loaded | Errno {
  let headersAt = 0;
  let end = 0;
  for (const segment of loads(program)) {
    const mapped = mapSegment(kernel, task, program, segment, bias);
    if (mapped < 0) return mapped;
    const { programHeaders } = program.header;
    if (programHeaders >= segment.offset && programHeaders < segment.offset + segment.fileBytes)
      headersAt = bias + segment.address + programHeaders - segment.offset;
    end = Math.max(end, bias + segment.address + segment.memoryBytes);
  }
  return { bias, entry: bias + program.header.entry, headersAt, end };
}

/** elf_load(): a segment's part of the file, and zeroes behind it. */
function mapSegment(
  kernel: Kernel,
  task: Task,
  { inode, dentry }: ElfProgram,
  segment: ProgramHeader,
  bias: number,
): Errno {
  const page = kernel.pageSizeBytes;
  const address = bias + segment.address;
  const start = address - (address % page);
  const fileEnd = address + segment.fileBytes;
  const filePages = Math.ceil(fileEnd / page) * page;
  const memoryPages = Math.ceil((address + segment.memoryBytes) / page) * page;
  if (segment.offset % page !== segment.address % page) return -errno.EINVAL;
  if (segment.memoryBytes < segment.fileBytes || memoryPages >= 2 ** 47 * 2) return -errno.EINVAL;
  const protection =
    (segment.flags & PF_R ? PROT_READ : 0) |
    (segment.flags & PF_W ? PROT_WRITE : 0) |
    (segment.flags & PF_X ? PROT_EXEC : 0);
  const flags = MAP_PRIVATE | MAP_FIXED;
  if (segment.fileBytes > 0) {
    const opened = kernel.files.opened(kernel, true);
    if (opened < 0) return opened;
    const file = inode.open({ kernel, task, dentry, flags: O_RDONLY });
    const offsetPages = (segment.offset - (address - start)) / page;
    const lengthBytes = filePages - start;
    const mapped = mapMemory(kernel, task, {
      address: start,
      lengthBytes,
      protection,
      flags,
      file,
      offsetPages,
    });
    file.put(kernel, 'close', task);
    if (mapped < 0) return mapped;
    if (segment.memoryBytes > segment.fileBytes && (segment.flags & PF_W) !== 0)
      task.memory.fill(fileEnd, filePages - fileEnd, 0);
  }
  const zeroes = segment.fileBytes > 0 ? filePages : start;
  if (memoryPages <= zeroes) return 0;
  const mapped = mapMemory(kernel, task, {
    address: zeroes,
    lengthBytes: memoryPages - zeroes,
    protection,
    flags: flags | MAP_ANONYMOUS,
    file: undefined,
    offsetPages: 0,
  });
  return Math.min(mapped, 0);
}
