import type { Inode } from './inode.ts';

/** A name in a directory and the inode behind it: one step of a path. */
export class Dentry {
  readonly name: string;
  readonly parent: Dentry | undefined;
  readonly inode: Inode;
  readonly #describe: (() => string) | undefined;

  /** `describe` gives the path of what lies in no folder, as d_dname() does. */
  constructor(inode: Inode, name = '', parent?: Dentry, describe?: () => string) {
    this.inode = inode;
    this.name = name;
    this.parent = parent;
    this.#describe = describe;
  }

  /** The absolute path, as d_path() tells it. */
  get path(): string {
    if (this.#describe !== undefined) return this.#describe();
    const parts: string[] = [];
    for (let at: Dentry = this; at.parent !== undefined; at = at.parent) parts.push(at.name);
    return `/${parts.reverse().join('/')}`;
  }
}
