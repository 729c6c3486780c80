import { builtAs, ownImage } from '../../linux/init/initramfs.ts';
import type { Kernel } from '../../linux/init/kernel.ts';
import type { ModuleDefinition } from '../../linux/kernel/module/definition.ts';
import { loadedBytes } from '../../linux/kernel/module/module-image.ts';
import { readModuleImage } from '../../linux/kernel/module/read-image.ts';
import type { System } from '../system.ts';

/** A heap driver or other part of the kernel that can be a module: how it was built, and what it costs. */
export interface ModuleState {
  readonly name: string;
  readonly built: 'built-in' | 'module';
  readonly loaded: boolean;
  /** Memory that it takes while it is loaded, or that it adds to the kernel's image where it is built in. */
  readonly sizeBytes: number;
  /** Whether the size was read from a given .ko file or is the emulator's estimate. */
  readonly size: 'file' | 'estimate';
  /** Memory that the board saves because it is not loaded. */
  readonly savedBytes: number;
  /** What modprobe printed, where loading it failed. */
  readonly problem?: string | undefined;
}

/** Every part of this kernel that can be a module and was built; none for a kernel that panicked. */
export function moduleStates(system: System): readonly ModuleState[] {
  const { kernel } = system;
  if (kernel === undefined) return [];
  return [...kernel.modules.definitions.values()].flatMap((definition) => {
    const built = builtAs(kernel, definition);
    return built === 'n' ? [] : [stateOf(kernel, system, definition, built)];
  });
}

function stateOf(
  kernel: Kernel,
  system: System,
  definition: ModuleDefinition,
  built: 'y' | 'm',
): ModuleState {
  const { name } = definition;
  const file = kernel.modules.givenFiles.get(name);
  const given = file === undefined ? undefined : readModuleImage(file);
  const { sections } = given ?? ownImage(kernel, definition);
  const whole = loadedBytes(sections, kernel.pageSizeBytes);
  const isBuiltIn = built === 'y';
  const loaded = isBuiltIn || kernel.modules.get(name) !== undefined;
  const report = system.moduleLoads.findLast((load) => load.name === name);
  return {
    name,
    built: isBuiltIn ? 'built-in' : 'module',
    loaded,
    sizeBytes: isBuiltIn ? sections.textBytes + sections.constantBytes + sections.dataBytes : whole,
    size: given === undefined ? 'estimate' : 'file',
    savedBytes: loaded ? 0 : whole,
    ...(report === undefined || report.exitCode === 0 ? {} : { problem: report.messages.join('; ') }),
  };
}
