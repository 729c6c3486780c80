import { CharDeviceInode } from '../../fs/char-dev.ts';
import { Directory } from '../../fs/libfs.ts';
import { S_IFCHR } from '../../uapi/stat.ts';

/**
 * The nodes that drivers get in /dev without anybody asking. Plays drivers/base/devtmpfs.c.
 * A node belongs to root and has mode 0600 unless its class says otherwise; folders on the way have 0755.
 */
export class Devtmpfs {
  readonly root: Directory;

  constructor(root: Directory) {
    this.root = root;
  }

  /** devtmpfs_create_node(): `path` is relative to /dev. */
  createNode(path: string, device: number, mode = 0o600): void {
    const parts = path.split('/');
    const name = parts.pop() ?? path;
    const folder = parts.reduce((at, part) => at.folder(part), this.root);
    if (folder.has(name)) return;
    folder.add(name, new CharDeviceInode(folder.fileSystem, S_IFCHR | mode, device));
  }

  /** The node at a path relative to /dev, for whoever changes its owner and mode. */
  node(path: string): CharDeviceInode | undefined {
    const parts = path.split('/');
    const name = parts.pop() ?? path;
    const folder = parts.reduce<Directory | undefined>((at, part) => {
      const next = at?.child(part);
      return next instanceof Directory ? next : undefined;
    }, this.root);
    const found = folder?.child(name);
    return found instanceof CharDeviceInode ? found : undefined;
  }
}
