import { inputError } from '../base/input-error.ts';
import type { BootOptions } from '../whatif/boot-options.ts';
import { type ModuleLoad, parseModuleLoad } from '../whatif/userland/module-loads.ts';
import type { OptionTable, OptionValues } from './command.ts';

const group = 'What the root file system does';

/** The options about modules and device rules. */
export const userlandOptionTable = {
  modules: {
    takes: 'values',
    placeholder: 'NAME[@TIME]',
    group,
    describe: 'modules to load, separated by commas; with @2.5s at that time, else before the first program',
  },
  'module-file': {
    takes: 'values',
    placeholder: 'FILE',
    group,
    describe: "a real .ko: its symbols and sizes in place of the emulator's estimate",
  },
} as const satisfies OptionTable;

export function readUserlandOptions(
  values: OptionValues<typeof userlandOptionTable>,
): Pick<BootOptions, 'modules' | 'moduleFiles'> {
  return {
    modules: values.modules.flatMap((text) => text.split(',').map(readModuleLoad)),
    moduleFiles: values['module-file'],
  };
}

function readModuleLoad(value: string): ModuleLoad {
  const parsed = parseModuleLoad(value.trim());
  if (parsed !== undefined) return parsed;
  throw inputError('bad-option', {
    option: 'modules',
    value,
    expected: 'NAME or NAME@TIME, such as cma_heap@2.5s',
  });
}
