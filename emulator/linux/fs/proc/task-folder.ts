import type { Kernel } from '../../init/kernel.ts';
import { capable } from '../../kernel/cred.ts';
import type { Task } from '../../kernel/task.ts';
import { type Errno, errno } from '../../uapi/errno.ts';
import type { FileSystem, Inode } from '../inode.ts';
import { Directory, PseudoFile } from '../libfs.ts';
import { FdFolder, FdInfoFolder } from './fd.ts';
import { PagemapInode, showMaps, showSmaps } from './task-mmu.ts';

/** /proc/PID. Plays fs/proc/base.c as far as programs that deal with buffers look into it. */

const stateLetters = {
  running: 'R (running)',
  blocked: 'S (sleeping)',
  zombie: 'Z (zombie)',
  dead: 'X (dead)',
};

function showStatus(kernel: Kernel, task: Task): string {
  const { uid, gid, groups } = task.credentials;
  const sizeKiB = task.memory.areas.reduce((sum, area) => sum + (area.end - area.start) / 1024, 0);
  const anonymousKiB = (task.memory.anonymousPageCount * kernel.pageSizeBytes) / 1024;
  const ids = (id: number) => [id, id, id, id].join('\t');
  return [
    `Name:\t${task.command}`,
    `Umask:\t${task.umask.toString(8).padStart(4, '0')}`,
    `State:\t${stateLetters[task.state]}`,
    `Tgid:\t${task.pid}`,
    `Pid:\t${task.pid}`,
    `PPid:\t${task.parent?.pid ?? 0}`,
    `Uid:\t${ids(uid)}`,
    `Gid:\t${ids(gid)}`,
    `Groups:\t${groups.map((group) => `${group} `).join('')}`,
    `VmSize:\t${String(sizeKiB).padStart(8)} kB`,
    `RssAnon:\t${String(anonymousKiB).padStart(8)} kB`,
    'Threads:\t1',
    '',
  ].join('\n');
}

/** oom_score_adj: lower values than before are for administrators. */
function storeOomAdjust(text: string, writer: Task, target: Task): Errno {
  const value = Number(text.trim());
  if (!Number.isInteger(value) || text.trim() === '' || value < -1000 || value > 1000) return -errno.EINVAL;
  if (value < target.oomScoreAdjust && !capable(writer.credentials, 'CAP_SYS_RESOURCE')) return -errno.EACCES;
  target.oomScoreAdjust = value;
  return 0;
}

/** show_vfsmnt() of fs/proc_namespace.c. */
function showMounts({ mounts }: Kernel): string {
  return mounts.table.map(({ source, path, type }) => `${source} ${path} ${type} rw 0 0\n`).join('');
}

/** show_mountinfo(): every file system has one mount, numbered as its device. */
function showMountInfo({ mounts }: Kernel): string {
  const [first] = mounts.table;
  return mounts.table
    .map(({ source, path, type, root: { fileSystem } }) => {
      const parent = first?.root.fileSystem.mountId ?? 1;
      return `${fileSystem.mountId} ${parent} 0:${fileSystem.mountId} / ${path} rw - ${type} ${source} rw\n`;
    })
    .join('');
}

/** The folder of one task. */
export function taskFolder(fileSystem: FileSystem, task: Task): Inode {
  const folder = new Directory(fileSystem, 0o555);
  const own = <Kind extends Inode>(inode: Kind): Kind => {
    inode.uid = task.credentials.uid;
    inode.gid = task.credentials.gid;
    return inode;
  };
  own(folder);
  const file = (name: string, mode: number, show: (kernel: Kernel) => string) =>
    folder.add(name, own(new PseudoFile(fileSystem, mode, { show })));
  folder.add('fd', own(new FdFolder(fileSystem, task)));
  folder.add('fdinfo', own(new FdInfoFolder(fileSystem, task)));
  folder.add('pagemap', own(new PagemapInode(fileSystem, task)));
  file('maps', 0o444, (kernel) => showMaps(kernel, task));
  file('smaps', 0o444, (kernel) => showSmaps(kernel, task));
  file('status', 0o444, (kernel) => showStatus(kernel, task));
  file('mounts', 0o444, showMounts);
  file('mountinfo', 0o444, showMountInfo);
  file('comm', 0o644, () => `${task.command}\n`);
  file('cmdline', 0o444, () => `${task.command}\0`);
  folder.add(
    'oom_score_adj',
    own(
      new PseudoFile(fileSystem, 0o644, {
        show: () => `${task.oomScoreAdjust}\n`,
        store: (text, _kernel, writer) => storeOomAdjust(text, writer, task),
      }),
    ),
  );
  return folder;
}
