import { SyscallError } from '../errors.ts';
import type { Process } from '../process.ts';

/** What the module tools know of a system: the folder of modules of the running kernel. Plays depmod's lists. */
export interface ModuleFolder {
  /** `/lib/modules/6.12.117` */
  readonly path: string;
  /** Modules that are part of the kernel's image. */
  readonly builtIn: ReadonlySet<string>;
  /** File and prerequisites of each module, prerequisites in the order in which they are loaded. */
  readonly modules: ReadonlyMap<string, { readonly file: string; readonly first: readonly string[] }>;
}

/** `cma_heap` for `kernel/drivers/dma-buf/heaps/cma_heap.ko` and for `cma-heap`. */
export function moduleNameOf(path: string): string {
  return (path.split('/').at(-1) ?? path).replace(/\.ko$/, '').replaceAll('-', '_');
}

/** A text file, or nothing where it is missing. */
export function readIfThere(process: Process, path: string): string {
  try {
    return process.readFile(path);
  } catch (error) {
    if (error instanceof SyscallError && error.code === 'ENOENT') return '';
    throw error;
  }
}

export function readModuleFolder(process: Process): ModuleFolder {
  const [, release = ''] = /^Linux version (\S+)/.exec(process.readFile('/proc/version')) ?? [];
  const path = `/lib/modules/${release}`;
  const lines = (name: string) =>
    readIfThere(process, `${path}/${name}`)
      .split('\n')
      .filter((line) => line !== '');
  const modules = lines('modules.dep').map((line) => {
    const [file = '', rest = ''] = line.split(':');
    const first = rest.split(' ').filter((word) => word !== '');
    return [
      moduleNameOf(file),
      { file: `${path}/${file}`, first: first.map(moduleNameOf).reverse() },
    ] as const;
  });
  return { path, builtIn: new Set(lines('modules.builtin').map(moduleNameOf)), modules: new Map(modules) };
}

/** The names in /proc/modules. */
export function loadedModules(process: Process): readonly string[] {
  return readIfThere(process, '/proc/modules')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split(' ', 1)[0] ?? line);
}
