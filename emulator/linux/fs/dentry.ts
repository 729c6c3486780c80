import type { Inode } from './inode.ts';

/** A name in a directory and the inode behind it: one step of a path. */
export class Dentry {
  readonly name: string;
  readonly parent: Dentry | undefined;
  readonly inode: Inode;

  constructor(inode: Inode, name = '', parent?: Dentry) {
    this.inode = inode;
    this.name = name;
    this.parent = parent;
  }

  /** The absolute path, as d_path() tells it. */
  get path(): string {
    const parts: string[] = [];
    for (let at: Dentry = this; at.parent !== undefined; at = at.parent) parts.push(at.name);
    return `/${parts.reverse().join('/')}`;
  }
}
