import type { DtNode } from '../../../devicetree/tree.ts';
import type { FileSystem, Inode } from '../../fs/inode.ts';
import { Directory, PseudoFile, SymbolicLink } from '../../fs/libfs.ts';
import type { Kernel } from '../../init/kernel.ts';
import type { Task } from '../../kernel/task.ts';
import type { DirectoryEntry } from '../../uapi/dirent.ts';
import type { Errno } from '../../uapi/errno.ts';

const utf8 = new TextEncoder();

/**
 * The folder of a node: a file per property, a folder per child. Made when it is first looked into, since most of a
 * tree never is. Plays fs/proc and drivers/of/kobj.c.
 */
class NodeFolder extends Directory {
  readonly #node: DtNode;
  #isFilled = false;

  constructor(fileSystem: FileSystem, node: DtNode) {
    super(fileSystem, 0o755);
    this.#node = node;
  }

  override lookup(name: string, task: Task): Inode | Errno {
    this.#fill();
    return super.lookup(name, task);
  }

  override entries(task: Task): readonly DirectoryEntry[] {
    this.#fill();
    return super.entries(task);
  }

  #fill(): void {
    if (this.#isFilled) return;
    this.#isFilled = true;
    const addFile = (name: string, bytes: Uint8Array) =>
      this.add(name, new PseudoFile(this.fileSystem, 0o444, { show: () => bytes }, bytes.length));
    for (const { name, bytes } of this.#node.properties.values()) addFile(name, bytes);
    // Unflattening gives every node a name, less its unit address.
    if (!this.#node.has('name')) addFile('name', utf8.encode(`${this.#node.baseName}\0`));
    for (const child of this.#node.children) this.add(child.name, new NodeFolder(this.fileSystem, child));
  }
}

/** of_core_init(): /sys/firmware/devicetree/base, and /proc/device-tree as the way that programs know. */
export function addDeviceTreeFiles(kernel: Kernel): Errno {
  const { sys, proc } = kernel.mounts;
  const folder = sys.folder('firmware').folder('devicetree');
  folder.add('base', new NodeFolder(sys.fileSystem, kernel.handoff.tree.root));
  proc.add('device-tree', new SymbolicLink(proc.fileSystem, '/sys/firmware/devicetree/base'));
  return 0;
}
