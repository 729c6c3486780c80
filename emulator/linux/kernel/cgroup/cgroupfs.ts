import type { FileSystem, Inode, NewNode } from '../../fs/inode.ts';
import { Directory, PseudoFile } from '../../fs/libfs.ts';
import type { Kernel } from '../../init/kernel.ts';
import { type Errno, errno } from '../../uapi/errno.ts';
import { S_IFDIR, S_IFMT } from '../../uapi/stat.ts';
import type { Cgroup } from './cgroup.ts';

/**
 * The files of cgroups at /sys/fs/cgroup. Plays cgroup2 with the memory controller, and with the dmem controller where
 * the proposal for CMA areas is switched on. Deviation: controllers need not be enabled group by group.
 */

type Show = (kernel: Kernel, group: Cgroup) => string;
type Store = (text: string, kernel: Kernel, group: Cgroup) => Errno;

interface GroupFile {
  readonly name: string;
  /** Whether the root group has it. */
  readonly inRoot: boolean;
  readonly show: Show;
  readonly store?: Store;
}

/** A folder of the hierarchy: mkdir makes a group, rmdir takes an empty one away. */
class CgroupDirectory extends Directory {
  readonly group: Cgroup;
  readonly #kernel: Kernel;

  constructor(fileSystem: FileSystem, group: Cgroup, kernel: Kernel) {
    super(fileSystem, 0o755);
    this.group = group;
    this.#kernel = kernel;
    for (const file of filesOf(kernel, group)) {
      const show = () => file.show(kernel, group);
      const store = file.store;
      const behaviour =
        store === undefined ? { show } : { show, store: (text: string) => store(text.trim(), kernel, group) };
      this.add(file.name, new PseudoFile(fileSystem, store === undefined ? 0o444 : 0o644, behaviour));
    }
  }

  override create(name: string, node: NewNode): Inode | Errno {
    if ((node.mode & S_IFMT) !== S_IFDIR) return -errno.EPERM;
    const made = new CgroupDirectory(this.fileSystem, this.group.child(name), this.#kernel);
    made.uid = node.uid;
    made.gid = node.gid;
    return this.add(name, made);
  }

  override unlink(name: string): Errno {
    const child = this.child(name);
    if (!(child instanceof CgroupDirectory)) return -errno.EPERM;
    const { group } = child;
    if (group.children.size > 0 || this.#kernel.cgroups.tasksIn(group, this.#kernel).length > 0)
      return -errno.EBUSY;
    this.group.children.delete(name);
    this.drop(name);
    return 0;
  }
}

/** cgroup_init() and the mount that every init system makes. */
export function mountCgroups(kernel: Kernel): Errno {
  const { sys } = kernel.mounts;
  const root = new CgroupDirectory(sys.fileSystem, kernel.cgroups.root, kernel);
  sys.folder('fs').folder('cgroup').mounted = root;
  return 0;
}

const noLimit = Number.POSITIVE_INFINITY;

const bytes = (pages: number, kernel: Kernel) =>
  pages === noLimit ? 'max' : String(pages * kernel.pageSizeBytes);

/** page_counter_memparse(): bytes with K, M, G, or `max`; undefined where it is neither. */
function readLimit(text: string, kernel: Kernel): number | undefined {
  if (text === 'max') return noLimit;
  const [, amount, unit] = /^(\d+)([KMGkmg]?)$/.exec(text) ?? [];
  if (amount === undefined) return undefined;
  const scale = 1024 ** ['', 'k', 'm', 'g'].indexOf((unit ?? '').toLowerCase());
  return Math.floor((Number(amount) * scale) / kernel.pageSizeBytes);
}

const always: readonly GroupFile[] = [
  {
    name: 'cgroup.procs',
    inRoot: true,
    show: (kernel, group) =>
      kernel.cgroups
        .tasksIn(group, kernel)
        .map(({ pid }) => `${pid}\n`)
        .join(''),
    store(text, kernel, group) {
      const task = kernel.tasks.byPid(Number(text));
      if (!/^\d+$/.test(text)) return -errno.EINVAL;
      if (task === undefined) return -errno.ESRCH;
      task.cgroup = group;
      return 0;
    },
  },
  {
    name: 'cgroup.controllers',
    inRoot: true,
    show: (kernel) => `${controllers(kernel).join(' ')}\n`,
  },
  { name: 'cgroup.subtree_control', inRoot: true, show: (kernel) => `${controllers(kernel).join(' ')}\n` },
];

function controllers(kernel: Kernel): readonly string[] {
  return [
    ...(kernel.config.enabled('MEMCG') ? ['memory'] : []),
    ...(kernel.proposals.has('dmem-cma') ? ['dmem'] : []),
  ];
}

const memoryFiles: readonly GroupFile[] = [
  {
    name: 'memory.current',
    inRoot: false,
    show: (kernel, { memory }) =>
      `${bytes(memory.kernelPages + kernel.cgroups.anonymousPages(memory, kernel), kernel)}\n`,
  },
  {
    name: 'memory.peak',
    inRoot: false,
    show: (kernel, { memory }) => `${bytes(memory.peakPages, kernel)}\n`,
  },
  {
    name: 'memory.max',
    inRoot: false,
    show: (kernel, { memory }) => `${bytes(memory.limitPages, kernel)}\n`,
    store(text, kernel, { memory }) {
      const limit = readLimit(text, kernel);
      if (limit === undefined) return -errno.EINVAL;
      memory.limitPages = limit;
      return 0;
    },
  },
  {
    name: 'memory.events',
    inRoot: false,
    show: (_kernel, { memory: { events } }) =>
      `low 0\nhigh 0\nmax ${events.max}\noom ${events.oom}\noom_kill ${events.oomKill}\noom_group_kill 0\n`,
  },
  {
    name: 'memory.stat',
    inRoot: true,
    show: (kernel, { memory }) =>
      `anon ${bytes(kernel.cgroups.anonymousPages(memory, kernel), kernel)}\nkernel ${bytes(memory.kernelPages, kernel)}\n`,
  },
];

/** The names that the proposal gives to areas: one region for all heaps over one area. */
export function regionName(areaName: string): string {
  return `cma/${areaName}`;
}

function regionRows(kernel: Kernel, row: (region: string, pageCount: number) => string): string {
  return kernel.cma.all.map((area) => `${row(regionName(area.name), area.pageCount)}\n`).join('');
}

const dmemFiles: readonly GroupFile[] = [
  {
    name: 'dmem.capacity',
    inRoot: true,
    show: (kernel) => regionRows(kernel, (region, pages) => `${region} ${bytes(pages, kernel)}`),
  },
  {
    name: 'dmem.current',
    inRoot: false,
    show: (kernel, { memory }) =>
      regionRows(
        kernel,
        (region) => `${region} ${bytes(memory.regions.get(region)?.usedPages ?? 0, kernel)}`,
      ),
  },
  {
    name: 'dmem.max',
    inRoot: false,
    show: (kernel, { memory }) =>
      regionRows(
        kernel,
        (region) => `${region} ${bytes(memory.regions.get(region)?.limitPages ?? noLimit, kernel)}`,
      ),
    store(text, kernel, { memory }) {
      for (const line of text.split('\n')) {
        const [region = '', limitText = ''] = line.trim().split(/\s+/);
        const limit = readLimit(limitText, kernel);
        const isThere = kernel.cma.all.some(({ name }) => regionName(name) === region);
        if (!isThere || limit === undefined) return -errno.EINVAL;
        const before = memory.regions.get(region) ?? { usedPages: 0, peakPages: 0, limitPages: noLimit };
        memory.regions.set(region, { ...before, limitPages: limit });
      }
      return 0;
    },
  },
];

function filesOf(kernel: Kernel, group: Cgroup): readonly GroupFile[] {
  const all = [
    ...always,
    ...(kernel.config.enabled('MEMCG') ? memoryFiles : []),
    ...(kernel.proposals.has('dmem-cma') ? dmemFiles : []),
  ];
  return group.parent === undefined ? all.filter(({ inRoot }) => inRoot) : all;
}
