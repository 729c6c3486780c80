import type { ModuleDefinition } from './definition.ts';
import { cmaHeapModule, systemHeapModule } from './heap-modules.ts';
import { opteeModule, teeModule } from './tee-modules.ts';

export type { ModuleDefinition } from './definition.ts';

const definitions = new Map<string, ModuleDefinition>();

function register(definition: ModuleDefinition): void {
  if (definitions.has(definition.name)) throw new Error(`module ${definition.name} is registered twice`);
  definitions.set(definition.name, definition);
}

register(systemHeapModule);
register(cmaHeapModule);
register(teeModule);
register(opteeModule);

/** Every part of the kernel that may be a module, by name, in the order of linking. */
export const moduleDefinitions: ReadonlyMap<string, ModuleDefinition> = definitions;
