import { inputError } from '../base/input-error.ts';
import type { BootOptions } from '../whatif/boot-options.ts';
import { type ModuleLoad, parseModuleLoad } from '../whatif/userland/module-loads.ts';
import { knownProposals } from '../whatif/userland/proposals.ts';
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
  'udev-rules': {
    takes: 'values',
    placeholder: 'FILE',
    group,
    describe: 'a udev rules file: who may open which node',
  },
  ueventd: {
    takes: 'values',
    placeholder: 'FILE',
    group,
    describe: "an Android ueventd.rc, in udev's place",
  },
  group: {
    takes: 'values',
    placeholder: 'NAME=GID',
    group,
    describe: "a group that rules may name, beside Debian's or Android's",
  },
  proposal: {
    takes: 'values',
    placeholder: 'NAME',
    group,
    describe: 'something that no release has: dmem-cma, limits on CMA areas by cgroup',
    complete: async () => knownProposals,
  },
} as const satisfies OptionTable;

export function readUserlandOptions(
  values: OptionValues<typeof userlandOptionTable>,
): Pick<BootOptions, 'modules' | 'moduleFiles' | 'permissions' | 'proposals'> {
  return {
    modules: values.modules.flatMap((text) => text.split(',').map(readModuleLoad)),
    moduleFiles: values['module-file'],
    permissions: {
      udev: values['udev-rules'].map((path) => ({ path })),
      ueventd: values.ueventd.map((path) => ({ path })),
      accounts: { groups: new Map(values.group.map(readGroup)) },
    },
    proposals: new Set(values.proposal.map(readProposal)),
  };
}

function readGroup(value: string): readonly [string, number] {
  const [, name, id] = /^([\w-]+)=(\d+)$/.exec(value) ?? [];
  if (name !== undefined && id !== undefined) return [name, Number(id)];
  throw inputError('bad-option', { option: 'group', value, expected: 'NAME=GID, such as camera=1006' });
}

function readProposal(value: string): string {
  if (knownProposals.includes(value)) return value;
  throw inputError('bad-option', { option: 'proposal', value, expected: knownProposals.join(', ') });
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
