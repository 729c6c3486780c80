import type { Task, TaskTable } from '../../kernel/task.ts';
import type { DirectoryEntry } from '../../uapi/dirent.ts';
import { type Errno, errno } from '../../uapi/errno.ts';
import { S_IFDIR, S_IFLNK } from '../../uapi/stat.ts';
import { type FileSystem, Inode } from '../inode.ts';
import { Directory } from '../libfs.ts';

/** /proc/self: leads whoever asks to their own folder. */
class SelfLink extends Inode {
  constructor(fileSystem: FileSystem) {
    super(fileSystem, S_IFLNK | 0o777);
  }

  override readLink(task: Task): string {
    return String(task.tgid);
  }
}

/** Makes the folder of a task. */
type TaskFolder = (fileSystem: FileSystem, task: Task) => Inode;

/** The root of proc: fixed files, and a folder for each task. Plays fs/proc/root.c. */
export class ProcRoot extends Directory {
  #tasks: TaskTable | undefined;
  #makeFolder: TaskFolder | undefined;
  readonly #folders = new WeakMap<Task, Inode>();

  constructor(fileSystem: FileSystem) {
    super(fileSystem, 0o555);
    this.add('self', new SelfLink(fileSystem));
  }

  /** Shows the tasks of a kernel from now on. */
  showTasks(tasks: TaskTable, makeFolder: TaskFolder): void {
    this.#tasks = tasks;
    this.#makeFolder = makeFolder;
  }

  override lookup(name: string, task: Task): Inode | Errno {
    if (!/^[1-9]\d*$/.test(name)) return super.lookup(name, task);
    const target = this.#tasks?.byPid(Number(name));
    return target === undefined ? -errno.ENOENT : this.#folderOf(target);
  }

  #folderOf(target: Task): Inode | Errno {
    const known = this.#folders.get(target);
    if (known !== undefined) return known;
    const folder = this.#makeFolder?.(this.fileSystem, target);
    if (folder === undefined) return -errno.ENOENT;
    this.#folders.set(target, folder);
    return folder;
  }

  override entries(task: Task): readonly DirectoryEntry[] {
    const folders = (this.#tasks?.processes ?? []).map((each) => ({
      name: String(each.pid),
      inode: each.pid + 0x10000,
      type: S_IFDIR >> 12,
    }));
    return [...super.entries(task), ...folders];
  }
}
