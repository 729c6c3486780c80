import type { Kernel } from '../../init/kernel.ts';
import type { Errno } from '../../uapi/errno.ts';
import { PseudoFile } from '../libfs.ts';
import { taskFolder } from './task-folder.ts';

/** The files of /proc that are about the whole system. Plays fs/proc/meminfo.c, devices.c, cmdline.c, version.c. */

/** KiB values of /proc/meminfo that the emulator knows; others are left out. */
export function meminfoRows(kernel: Kernel): readonly (readonly [string, number])[] {
  const { pages, cma, pageSizeBytes, tasks } = kernel;
  const pageKiB = pageSizeBytes / 1024;
  const anonymous = tasks.all.reduce((sum, task) => sum + task.memory.anonymousPageCount, 0);
  return [
    ['MemTotal', pages.totalPages * pageKiB],
    ['MemFree', pages.freePages * pageKiB],
    ['MemAvailable', pages.freePages * pageKiB],
    ['AnonPages', anonymous * pageKiB],
    ['CmaTotal', cma.totalPages * pageKiB],
    ['CmaFree', cma.freePages * pageKiB],
  ];
}

function showMeminfo(kernel: Kernel): string {
  return meminfoRows(kernel)
    .map(([name, value]) => `${`${name}:`.padEnd(16)}${String(value).padStart(8)} kB\n`)
    .join('');
}

function showDevices(kernel: Kernel): string {
  const rows = kernel.charDevices.regions.map(({ major, name }) => `${String(major).padStart(3)} ${name}\n`);
  return `Character devices:\n${[...new Set(rows)].join('')}\nBlock devices:\n`;
}

function showVmstat({ pages, cma }: Kernel): string {
  return [
    `nr_free_pages ${pages.freePages}`,
    `nr_free_cma ${cma.freePages}`,
    `cma_alloc_success ${cma.successCalls}`,
    `cma_alloc_fail ${cma.failureCalls}`,
    '',
  ].join('\n');
}

const files: Readonly<Record<string, (kernel: Kernel) => string>> = {
  meminfo: showMeminfo,
  devices: showDevices,
  vmstat: showVmstat,
  cmdline: (kernel) => `${kernel.handoff.bootargs}\n`,
  version: (kernel) => `Linux version ${kernel.release.version} (heapboard) #1 SMP\n`,
};

/** proc_root_init() and the initcalls of the files. */
export function addProcFiles(kernel: Kernel): Errno {
  const { proc } = kernel.mounts;
  proc.showTasks(kernel.tasks, taskFolder);
  for (const [name, show] of Object.entries(files)) {
    proc.add(name, new PseudoFile(proc.fileSystem, 0o444, { show: () => show(kernel) }));
  }
  return 0;
}
