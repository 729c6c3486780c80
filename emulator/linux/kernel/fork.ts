import { FdTable } from '../fs/fdtable.ts';
import type { Kernel } from '../init/kernel.ts';
import { AddressSpace } from '../mm/address-space.ts';
import { forkMemory } from '../mm/mmap.ts';
import { type Credentials, rootCredentials } from './cred.ts';
import { Limits } from './limits.ts';
import { Task } from './task.ts';

/** New processes. Plays kernel/fork.c. */

/** Process 1: it has everything that the first program of a board is given, and runs nothing itself. */
export function makeInit(kernel: Kernel): Task {
  return addProcess(kernel, undefined, 'init', rootCredentials);
}

/** A fresh process: a child of process 1 with empty memory and no descriptors. */
export function spawnTask(kernel: Kernel, credentials: Credentials, command: string): Task {
  return addProcess(kernel, kernel.tasks.init, command, credentials);
}

function addProcess(
  kernel: Kernel,
  parent: Task | undefined,
  command: string,
  credentials: Credentials,
): Task {
  const task = new Task({
    pid: kernel.tasks.nextPid(),
    parent,
    command,
    credentials,
    files: new FdTable(),
    memory: new AddressSpace(kernel),
    limits: new Limits(),
    root: kernel.mounts.root,
    workingDirectory: kernel.mounts.root,
    umask: 0o022,
  });
  kernel.tasks.add(task);
  return task;
}

/** What a child shares with its parent instead of getting a copy. */
export interface CloneSharing {
  readonly memory: boolean;
  readonly files: boolean;
  /** CLONE_THREAD: another thread of the same process. */
  readonly process?: boolean;
  /** CLONE_VFORK: the parent waits, and the child may use its stacks. */
  readonly lends?: boolean;
}

/** copy_process(): a child that is its parent's image. */
export function forkTask(kernel: Kernel, parent: Task, sharing: CloneSharing): Task {
  const memory = sharing.memory ? parent.memory : new AddressSpace(kernel);
  const files = sharing.files ? parent.files : parent.files.fork();
  if (sharing.memory) memory.users += 1;
  else forkMemory(parent.memory, memory);
  if (sharing.files) files.users += 1;
  const { leader } = parent.group;
  const child = new Task({
    pid: kernel.tasks.nextPid(),
    parent: sharing.process ? leader.parent : leader,
    ...(sharing.process ? { threadOf: parent.group } : { maker: leader }),
    command: parent.command,
    credentials: parent.credentials,
    files,
    memory,
    limits: sharing.process ? parent.limits : new Limits(parent.limits),
    root: parent.root,
    workingDirectory: parent.workingDirectory,
    umask: parent.umask,
  });
  child.oomScoreAdjust = parent.oomScoreAdjust;
  child.cgroup = parent.cgroup;
  child.scheduling = parent.scheduling;
  if (!sharing.process) parent.signals.fork(child.signals);
  child.signals.blocked = parent.signals.blocked;
  if (!sharing.memory || sharing.lends) child.alternateStack = parent.alternateStack;
  child.executed = parent.executed;
  kernel.tasks.add(child);
  return child;
}
