import type { ModuleState } from '../whatif/userland/module-states.ts';
import { columns } from './columns.ts';
import { peopleSize as size } from './people-size.ts';

/** Modules for people; empty where every heap driver is built in, which is the usual case. */
export function modulesText(modules: readonly ModuleState[]): string {
  if (modules.every(({ built }) => built === 'built-in')) return '';
  return columns(modules.map(row));
}

function row(module: ModuleState): readonly string[] {
  const source = module.size === 'estimate' ? ' (estimate)' : '';
  const state =
    module.built === 'built-in' ? 'built in' : module.loaded ? 'module, loaded' : 'module, not loaded';
  const cost = module.loaded
    ? `takes ${size(module.sizeBytes)}${source}`
    : `saves ${size(module.savedBytes)}${source}`;
  return [module.name, state, cost, module.problem ?? ''];
}
