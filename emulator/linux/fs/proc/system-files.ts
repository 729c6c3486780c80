import type { Kernel } from '../../init/kernel.ts';
import { showIomem } from '../../kernel/resource.ts';
import type { Task } from '../../kernel/task.ts';
import { showBuddyinfo, showVmstat, showZoneinfo } from '../../mm/vmstat.ts';
import type { Errno } from '../../uapi/errno.ts';
import { PseudoFile, SymbolicLink } from '../libfs.ts';
import { showMeminfo } from './meminfo.ts';
import { taskFolder } from './task-folder.ts';

/** The files of /proc that are about the whole system. Plays fs/proc/devices.c, cmdline.c and version.c. */

function showDevices(kernel: Kernel): string {
  const rows = kernel.charDevices.regions.map(({ major, name }) => `${String(major).padStart(3)} ${name}\n`);
  return `Character devices:\n${[...new Set(rows)].join('')}\nBlock devices:\n`;
}

/** The file systems that mount() knows, as get_filesystem_list() shows those without a disk. */
function showFileSystems(): string {
  return ['sysfs', 'tmpfs', 'devtmpfs', 'debugfs', 'proc', 'ramfs']
    .map((name) => `nodev\t${name}\n`)
    .join('');
}

const files: Readonly<Record<string, (kernel: Kernel, task: Task) => string>> = {
  meminfo: showMeminfo,
  devices: showDevices,
  iomem: showIomem,
  buddyinfo: showBuddyinfo,
  zoneinfo: showZoneinfo,
  vmstat: showVmstat,
  cmdline: (kernel) => `${kernel.handoff.bootargs}\n`,
  filesystems: showFileSystems,
  version: (kernel) => `Linux version ${kernel.release.version} (heapboard) #1 SMP\n`,
};

/** proc_root_init() and the initcalls of the files. */
export function addProcFiles(kernel: Kernel): Errno {
  const { proc } = kernel.mounts;
  proc.showTasks(kernel.tasks, taskFolder);
  for (const [name, show] of Object.entries(files)) {
    proc.add(name, new PseudoFile(proc.fileSystem, 0o444, { show }));
  }
  proc.add('mounts', new SymbolicLink(proc.fileSystem, 'self/mounts'));
  return 0;
}
