import { O_CLOEXEC, O_NONBLOCK, O_RDONLY } from '../../linux/uapi/fcntl.ts';
import { SyscallError } from '../errors.ts';
import type { Process } from '../process.ts';
import { loadedModules, moduleNameOf, readIfThere, readModuleFolder } from './folder.ts';

/**
 * modprobe, insmod, rmmod and lsmod as kmod has them. Each makes the system calls that the tool makes, and returns
 * what it prints on stderr; where a call failed, its error is there too.
 */
export interface ToolResult {
  readonly exitCode: number;
  readonly stderr: readonly string[];
  /** The failed call, or what stands for it where the tool itself refused. */
  readonly error: SyscallError | undefined;
}

const done: ToolResult = { exitCode: 0, stderr: [], error: undefined };

function refused(text: string, error: SyscallError): ToolResult {
  return { exitCode: 1, stderr: [text], error };
}

/** What kmod says of an errno of finit_module(). */
const insmodTexts: Readonly<Record<string, string>> = {
  ENOEXEC: 'Invalid module format',
  ENOENT: 'Unknown symbol in module',
  ESRCH: 'Module has wrong symbol version',
  EINVAL: 'Invalid parameters',
};
const systemTexts: Readonly<Record<string, string>> = {
  ENOEXEC: 'Exec format error',
  ENOENT: 'Unknown symbol in module, or unknown parameter (see dmesg)',
  EINVAL: 'Invalid argument',
  EEXIST: 'File exists',
  EPERM: 'Operation not permitted',
  EBUSY: 'Device or resource busy',
  ENOMEM: 'Cannot allocate memory',
  EACCES: 'Permission denied',
};

/** finit_module() of a file; the error where a call fails. */
function load(process: Process, file: string, parameters: string): SyscallError | undefined {
  try {
    const fd = process.open(file, O_RDONLY | O_CLOEXEC);
    const address = process.memory.pushString(parameters);
    try {
      process.syscall('finit_module', fd, address, 0);
    } finally {
      process.memory.pop(address);
      process.close(fd);
    }
    return undefined;
  } catch (error) {
    if (error instanceof SyscallError) return error;
    throw error;
  }
}

/** insmod: a file as it is, or a module's name, whose file is looked for; nothing is loaded before it. */
export function insmod(process: Process, file: string, parameters = ''): ToolResult {
  const path = file.includes('/')
    ? file
    : (readModuleFolder(process).modules.get(moduleNameOf(file))?.file ?? file);
  const error = load(process, path, parameters);
  if (error === undefined) return done;
  if (error.syscall === 'openat') {
    const text =
      error.code === 'ENOENT' ? 'No such file or directory' : (systemTexts[error.code] ?? error.code);
    return refused(`insmod: ERROR: could not load module ${file}: ${text}`, error);
  }
  const text = insmodTexts[error.code] ?? systemTexts[error.code] ?? error.code;
  return refused(`insmod: ERROR: could not insert module ${file}: ${text}`, error);
}

/** modprobe: a module with all that it depends on. What is built in or loaded already is no error. */
export function modprobe(process: Process, name: string, parameters = ''): ToolResult {
  const folder = readModuleFolder(process);
  const wanted = moduleNameOf(name);
  if (folder.builtIn.has(wanted)) return done;
  const found = folder.modules.get(wanted);
  if (found === undefined) {
    const text = `modprobe: FATAL: Module ${name} not found in directory ${folder.path}`;
    return refused(text, new SyscallError('modprobe', -2, folder.path));
  }
  const there = new Set(loadedModules(process));
  for (const first of [...found.first, wanted]) {
    if (there.has(first)) continue;
    const file = folder.modules.get(first)?.file;
    if (file === undefined) continue;
    const error = load(process, file, first === wanted ? parameters : '');
    if (error === undefined || error.code === 'EEXIST') continue;
    const text = systemTexts[error.code] ?? error.code;
    return refused(`modprobe: ERROR: could not insert '${first}': ${text}`, error);
  }
  return done;
}

/** rmmod: what is built in, not loaded, or in use is refused by the tool itself. */
export function rmmod(process: Process, name: string): ToolResult {
  const wanted = moduleNameOf(name);
  const state = readIfThere(process, `/sys/module/${wanted}/initstate`);
  if (state === '') {
    const isBuiltIn = readModuleFolder(process).builtIn.has(wanted);
    const what = isBuiltIn ? 'is builtin.' : 'is not currently loaded';
    return refused(
      `rmmod: ERROR: Module ${name} ${what}`,
      new SyscallError('rmmod', isBuiltIn ? -1 : -2, name),
    );
  }
  const holders = process.readdir(`/sys/module/${wanted}/holders`);
  if (holders.length > 0) {
    const text = `rmmod: ERROR: Module ${name} is in use by: ${holders.join(' ')}`;
    return refused(text, new SyscallError('rmmod', -11, name));
  }
  if (Number(process.readFile(`/sys/module/${wanted}/refcnt`)) > 0)
    return refused(`rmmod: ERROR: Module ${name} is in use`, new SyscallError('rmmod', -11, name));
  const address = process.memory.pushString(wanted);
  try {
    process.syscall('delete_module', address, O_NONBLOCK);
    return done;
  } catch (error) {
    if (!(error instanceof SyscallError)) throw error;
    const text = systemTexts[error.code] ?? error.code;
    return refused(`rmmod: ERROR: could not remove module ${name}: ${text}`, error);
  } finally {
    process.memory.pop(address);
  }
}

/** lsmod: a row for each loaded module, as kmod prints it: holders come from sysfs. */
export function lsmod(process: Process): readonly string[] {
  const rows = readIfThere(process, '/proc/modules')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [name = '', size = '', count = ''] = line.split(' ');
      const holders = process.readdir(`/sys/module/${name}/holders`).join(',');
      return `${name.padEnd(19)} ${size.padStart(8)}  ${count}${holders === '' ? '' : ` ${holders}`}`;
    });
  return ['Module                  Size  Used by', ...rows];
}
