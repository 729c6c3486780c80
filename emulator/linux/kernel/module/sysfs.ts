import { type Directory, PseudoFile } from '../../fs/libfs.ts';
import type { Kernel } from '../../init/kernel.ts';
import { type Errno, errno } from '../../uapi/errno.ts';
import type { LoadedModule } from '../module.ts';

/** What programs see of modules: /proc/modules and /sys/module. Plays kernel/module/procfs.c and sysfs.c. */

function textFile(folder: Directory, name: string, mode: number, show: () => string): void {
  folder.add(name, new PseudoFile(folder.fileSystem, mode, { show: () => show() }, 4096));
}

/** mod_sysfs_setup() */
export function addModuleFolder(kernel: Kernel, module: LoadedModule): void {
  const { modules } = kernel;
  const folder = kernel.mounts.sys.folder('module').folder(module.name);
  textFile(folder, 'coresize', 0o444, () => `${module.sizeBytes}\n`);
  textFile(folder, 'initsize', 0o444, () => '0\n');
  textFile(folder, 'initstate', 0o444, () => 'live\n');
  textFile(folder, 'refcnt', 0o444, () => `${modules.references(module, kernel)}\n`);
  textFile(folder, 'taint', 0o444, () => (module.image.inTree ? '\n' : 'O\n'));
  folder.folder('holders');
  for (const [name, value] of module.parameters)
    textFile(folder.folder('parameters'), name, 0o444, () => `${value}\n`);
  for (const used of module.uses) {
    const holders = kernel.mounts.sys.folder('module').folder(used.name).folder('holders');
    holders.folder(module.name);
  }
}

export function dropModuleFolder(kernel: Kernel, module: LoadedModule): void {
  const all = kernel.mounts.sys.folder('module');
  all.drop(module.name);
  for (const used of module.uses) all.folder(used.name).folder('holders').drop(module.name);
}

/** A parameter of code that is built in, as sysfs shows it. */
export function addBuiltInParameter(kernel: Kernel, module: string, name: string, show: () => string): void {
  const folder = kernel.mounts.sys.folder('module').folder(module).folder('parameters');
  textFile(folder, name, 0o444, show);
}

/** A line of /proc/modules: name, size, references, who uses it, state, and no address for ordinary users. */
function line(kernel: Kernel, module: LoadedModule): string {
  const users = kernel.modules.usersOf(module).map(({ name }) => `${name},`);
  if (module.definition?.exit === undefined) users.push('[permanent],');
  const by = users.length === 0 ? '-' : users.join('');
  const count = kernel.modules.references(module, kernel);
  const taint = module.image.inTree ? '' : ' (O)';
  return `${module.name} ${module.sizeBytes} ${count} ${by} Live 0x0000000000000000${taint}\n`;
}

/** proc_modules_init(), where the kernel knows modules at all. */
export function addModuleFiles(kernel: Kernel): Errno {
  const { proc } = kernel.mounts;
  const show = () => kernel.modules.all.map((module) => line(kernel, module)).join('');
  if (proc.has('modules')) return -errno.EEXIST;
  proc.add('modules', new PseudoFile(proc.fileSystem, 0o444, { show }));
  return 0;
}
