import type { Kernel } from '../init/kernel.ts';
import { type Credentials, completeCredentials } from '../kernel/cred.ts';
import { endThread } from '../kernel/exit.ts';
import { noAlternateStack } from '../kernel/sigaltstack.ts';
import { forceSignal } from '../kernel/signal.ts';
import type { ProgramImage, Task } from '../kernel/task.ts';
import { AddressSpace } from '../mm/address-space.ts';
import { releaseMemory } from '../mm/mmap.ts';
import { ShmemInode } from '../mm/shmem.ts';
import { type Errno, errno } from '../uapi/errno.ts';
import { signals } from '../uapi/signal.ts';
import { S_IFMT, S_IFREG, S_ISGID, S_ISUID } from '../uapi/stat.ts';
import type { Dentry } from './dentry.ts';
import { type FileSystem, Inode } from './inode.ts';
import { Directory } from './libfs.ts';
import { lookUp, MAY_EXEC, permission } from './namei.ts';

/**
 * Starting programs. Plays fs/exec.c and fs/binfmt_script.c. Programs are functions that lie in the file system as
 * files of their own kind, scripts that name such a program, or what a registered format knows. Deviation: a thread that
 * is not its process's first cannot execute a program (EAGAIN).
 */

/** A program in a file system: a file that can be executed, and nothing else. */
class ProgramInode extends Inode {
  readonly image: ProgramImage;

  constructor(fileSystem: FileSystem, image: ProgramImage) {
    super(fileSystem, S_IFREG | 0o755);
    this.image = image;
  }
}

/** What is to be executed. */
export interface ExecRequest {
  readonly path: string;
  readonly dentry: Dentry;
  readonly argv: readonly string[];
  readonly environment: readonly string[];
}

/** Reads a kind of program file: the program, -errno, or undefined where the file is of another kind. */
export type BinaryFormat = (
  head: Uint8Array,
  request: ExecRequest,
  kernel: Kernel,
) => ProgramImage | Errno | undefined;

/** The formats of programs beside functions and scripts. Plays the list of struct linux_binfmt. */
export class BinaryFormats {
  readonly #formats: BinaryFormat[] = [];

  register(format: BinaryFormat): void {
    this.#formats.push(format);
  }

  load(head: Uint8Array, request: ExecRequest, kernel: Kernel): ProgramImage | Errno {
    for (const format of this.#formats) {
      const image = format(head, request, kernel);
      if (image !== undefined) return image;
    }
    return -errno.ENOEXEC;
  }
}

/** Puts a program at an absolute path, with the folders on the way; what was there is replaced. */
export function installProgram(kernel: Kernel, path: string, image: ProgramImage): void {
  const names = path.split('/').filter((name) => name !== '');
  const last = names.pop();
  const root = kernel.mounts.root.inode;
  if (last === undefined || !(root instanceof Directory))
    throw new Error(`${path} is no place for a program`);
  const folder = names.reduce((at: Directory, name) => {
    const next = at.folder(name);
    return next.mounted instanceof Directory ? next.mounted : next;
  }, root);
  folder.add(last, new ProgramInode(folder.fileSystem, image));
}

/** BINPRM_BUF_SIZE, and how often a script may name a script. */
const headBytes = 256;
const deepestScript = 5;
const decoder = new TextDecoder();

interface Loaded {
  readonly image: ProgramImage;
  readonly request: ExecRequest;
}

/** do_execveat_common(): 0, and `task.executed` says what runs now; or -errno, and nothing has changed. */
export function execute(
  kernel: Kernel,
  task: Task,
  start: Dentry | Errno,
  path: string,
  argv: readonly string[],
  environment: readonly string[],
): Errno {
  if (typeof start === 'number') return start;
  if (task.isThread) return -errno.EAGAIN;
  const loaded = load(kernel, task, { path, dentry: start, argv, environment }, 0);
  if (typeof loaded === 'number') return loaded;
  beginAnew(kernel, task, start.inode);
  task.command = (path.split('/').at(-1) ?? path).slice(0, 15);
  task.executed = {
    image: loaded.image,
    path,
    argv: loaded.request.argv,
    environment: loaded.request.environment,
  };
  task.registers = undefined;
  if ((loaded.image.start?.(kernel, task, task.executed) ?? 0) < 0) forceSignal(task, signals.SIGSEGV);
  return 0;
}

function load(kernel: Kernel, task: Task, request: ExecRequest, depth: number): Loaded | Errno {
  const { inode } = request.dentry;
  if ((inode.mode & S_IFMT) !== S_IFREG || inode.fileSystem.noExec) return -errno.EACCES;
  const allowed = permission(inode, task, MAY_EXEC);
  if (allowed < 0) return allowed;
  if (inode instanceof ProgramInode) return { image: inode.image, request };
  const head = inode instanceof ShmemInode ? inode.readBytes(0, headBytes) : new Uint8Array(0);
  if (head[0] === 0x23 && head[1] === 0x21) return loadScript(kernel, task, request, head, depth);
  const image = kernel.binaryFormats.load(head, request, kernel);
  return typeof image === 'number' ? image : { image, request };
}

/** `#!interpreter argument`: the interpreter runs, with the script's path behind its own argument. */
function loadScript(
  kernel: Kernel,
  task: Task,
  request: ExecRequest,
  head: Uint8Array,
  depth: number,
): Loaded | Errno {
  if (depth >= deepestScript) return -errno.ELOOP;
  const [line = ''] = decoder.decode(head.subarray(2)).split('\n');
  const [, interpreter, argument] = /^[ \t]*([^ \t\0]+)(?:[ \t]+([^\0]*?))?[ \t\0]*$/.exec(line) ?? [];
  if (interpreter === undefined) return -errno.ENOEXEC;
  const dentry = lookUp(task, -1, interpreter, { followLast: true });
  if (typeof dentry === 'number') return dentry;
  const argv = [interpreter, ...(argument ? [argument] : []), request.path, ...request.argv.slice(1)];
  return load(kernel, task, { ...request, path: interpreter, dentry, argv }, depth + 1);
}

/** begin_new_exec(): from here on the old program is gone. */
function beginAnew(kernel: Kernel, task: Task, inode: Inode): void {
  for (const other of [...task.group.alive])
    if (other !== task) endThread(kernel, other, { kind: 'exited', code: 0 });
  task.memory.users -= 1;
  if (task.memory.users === 0) releaseMemory(kernel, task, 'exit');
  task.memory = new AddressSpace(kernel);
  if (task.files.users > 1) {
    task.files.users -= 1;
    task.files = task.files.fork();
  }
  task.files.closeForExec(kernel, task);
  task.signals.forgetHandlers();
  task.alternateStack = noAlternateStack;
  task.clearChildTid = 0;
  task.credentials = credentialsAfter(task.credentials, inode);
}

/** bprm_fill_uid() and cap_bprm_creds_from_file(), without file and ambient capabilities. */
function credentialsAfter(before: Credentials, inode: Inode): Credentials {
  const uid = (inode.mode & S_ISUID) !== 0 ? inode.uid : before.uid;
  const gid = (inode.mode & (S_ISGID | 0o010)) === (S_ISGID | 0o010) ? inode.gid : before.gid;
  return completeCredentials({ uid, gid, groups: before.groups });
}
