import { Directory, PseudoFile } from '../fs/libfs.ts';
import type { ModuleDefinition } from '../kernel/module/definition.ts';
import type { ModuleImage } from '../kernel/module/module-image.ts';
import { readModuleImage } from '../kernel/module/read-image.ts';
import { versionMagic } from '../kernel/module/version-magic.ts';
import { writeModuleImage } from '../kernel/module/write-image.ts';
import type { Errno } from '../uapi/errno.ts';
import type { Kernel } from './kernel.ts';

/**
 * What the root file system holds of the kernel's own build: /lib/modules. Plays the unpacking of init/initramfs.c;
 * the rest of a real root file system is not there.
 */

const structModuleBytes = 1024;

/** A module as this kernel's own build would leave it. */
export function ownImage(kernel: Kernel, definition: ModuleDefinition): ModuleImage {
  const { behaviours, version } = kernel.release;
  const { estimate } = definition;
  return {
    name: definition.name,
    versionMagic: versionMagic(version, kernel.config),
    license: 'GPL',
    depends: definition.depends ?? [],
    imports: definition.imports(behaviours),
    needs: definition.needs(behaviours),
    inTree: true,
    description: definition.description,
    parameters: definition.parameters ?? [],
    sections: { ...estimate, dataBytes: Math.max(estimate.dataBytes, structModuleBytes) },
  };
}

/** How a part of the kernel was built; what the release has not got is absent. */
export function builtAs(kernel: Kernel, definition: ModuleDefinition): 'y' | 'm' | 'n' {
  if (!definition.exists(kernel.release.behaviours)) return 'n';
  return definition.symbol === undefined ? 'm' : kernel.config.tristate(definition.symbol);
}

/** populate_rootfs(): the folder of modules, where the kernel knows modules. */
export function populateRootfs(kernel: Kernel): Errno {
  const { inode } = kernel.mounts.root;
  if (!kernel.config.enabled('MODULES') || !(inode instanceof Directory)) return 0;
  const folder = inode.folder('lib').folder('modules').folder(kernel.release.version);
  addFile(folder, 'modules.builtin', () =>
    builtModules(kernel, 'y')
      .map((one) => `${filePath(one)}\n`)
      .join(''),
  );
  addFile(folder, 'modules.dep', () => dependencies(kernel));
  for (const one of builtModules(kernel, 'm')) addModuleFile(kernel, folder, one);
  return 0;
}

function addFile(folder: Directory, name: string, bytes: () => Uint8Array | string): void {
  folder.add(name, new PseudoFile(folder.fileSystem, 0o644, { show: bytes }));
}

function builtModules(kernel: Kernel, as: 'y' | 'm'): readonly ModuleDefinition[] {
  return [...kernel.modules.definitions.values()].filter((one) => builtAs(kernel, one) === as);
}

function filePath({ path }: ModuleDefinition): string {
  return path.startsWith('extra/') ? `${path}.ko` : `kernel/${path}.ko`;
}

function addModuleFile(kernel: Kernel, folder: Directory, one: ModuleDefinition): void {
  const names = filePath(one).split('/');
  const name = names.pop() ?? one.name;
  const at = names.reduce((parent, part) => parent.folder(part), folder);
  const bytes = () => kernel.modules.givenFiles.get(one.name) ?? writeModuleImage(ownImage(kernel, one));
  addFile(at, name, bytes);
}

/** Puts code that is not the kernel's own into the folder of modules; false where its name is taken. */
export function addDefinedModule(kernel: Kernel, definition: ModuleDefinition): boolean {
  const { inode } = kernel.mounts.root;
  if (!(inode instanceof Directory) || !kernel.modules.define(definition)) return false;
  const folder = inode.folder('lib').folder('modules').folder(kernel.release.version);
  addModuleFile(kernel, folder, definition);
  return true;
}

/** Puts a module file that the user gave into the folder of modules, under its own name. */
export function addGivenModule(kernel: Kernel, bytes: Uint8Array): ModuleImage | undefined {
  const image = readModuleImage(bytes);
  const { inode } = kernel.mounts.root;
  if (image === undefined || !(inode instanceof Directory)) return image;
  kernel.modules.give(image.name, bytes);
  if (kernel.modules.definitions.has(image.name)) return image;
  const folder = inode.folder('lib').folder('modules').folder(kernel.release.version).folder('extra');
  addFile(folder, `${image.name}.ko`, () => bytes);
  return image;
}

/** modules.dep: each module with all that must be loaded before it. */
function dependencies(kernel: Kernel): string {
  const modules = builtModules(kernel, 'm');
  const pathOf = (name: string) => {
    const found = modules.find((one) => one.name === name);
    return found === undefined ? undefined : filePath(found);
  };
  const own = modules.map((one) => {
    const first = (one.depends ?? []).map(pathOf).filter((path) => path !== undefined);
    return `${filePath(one)}:${first.map((path) => ` ${path}`).join('')}\n`;
  });
  const extra = [...kernel.modules.givenFiles.keys()].filter((name) => !kernel.modules.definitions.has(name));
  return [...own, ...extra.map((name) => `extra/${name}.ko:\n`)].join('');
}
