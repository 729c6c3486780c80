import type { Kernel } from '../../init/kernel.ts';
import type { MemoryCounter } from '../../mm/memcontrol.ts';
import type { Task } from '../task.ts';
import { Cgroup } from './cgroup.ts';

/** The hierarchy of cgroups and who is in which. */
export class Cgroups {
  readonly root = new Cgroup('', undefined);

  /** A task that nobody moved is in the root group. */
  of(task: Task): Cgroup {
    return task.cgroup ?? this.root;
  }

  /** The tasks of a group itself, by number. */
  tasksIn(group: Cgroup, kernel: Kernel): readonly Task[] {
    return kernel.tasks.all.filter((task) => this.of(task) === group);
  }

  /** Anonymous pages of the tasks in a counter's group and below, as they are now. */
  anonymousPages(counter: MemoryCounter, kernel: Kernel): number {
    const group = this.#ownerOf(counter, this.root);
    if (group === undefined) return 0;
    return kernel.tasks.all
      .filter((task) => this.of(task).isWithin(group))
      .reduce((sum, task) => sum + task.memory.anonymousPageCount, 0);
  }

  pathOf(counter: MemoryCounter): string {
    return this.#ownerOf(counter, this.root)?.path ?? '/';
  }

  #ownerOf(counter: MemoryCounter, group: Cgroup): Cgroup | undefined {
    if (group.memory === counter) return group;
    for (const child of group.children.values()) {
      const found = this.#ownerOf(counter, child);
      if (found !== undefined) return found;
    }
    return undefined;
  }
}
