import { inputError } from '../../base/input-error.ts';
import type { ClassDevice } from '../../linux/drivers/base/class.ts';
import {
  type Accounts,
  androidAccounts,
  debianAccounts,
  withAccounts,
} from '../../userland/udev/accounts.ts';
import { type DeviceRules, type RuledNode, settleNode } from '../../userland/udev/device-manager.ts';
import { parseRules } from '../../userland/udev/parse-rules.ts';
import { parseUeventd } from '../../userland/udev/ueventd.ts';
import type { System } from '../system.ts';

/** A rules file by its path, or by its text under a name. */
export type RulesSource = { readonly path: string } | { readonly file: string; readonly text: string };

/** Who decides over nodes in /dev, as the options say it. */
export interface PermissionOptions {
  /** udev rules files. */
  readonly udev?: readonly RulesSource[] | undefined;
  /** Android's ueventd.rc files, in the order in which they are read. */
  readonly ueventd?: readonly RulesSource[] | undefined;
  /** Users and groups beside those of the distribution. */
  readonly accounts?: Partial<Accounts> | undefined;
}

/** Reads the rules; what is wrong in them is an InputError with its line. None where no files are named. */
export function readDeviceRules(
  options: PermissionOptions,
  read: (path: string) => string,
): DeviceRules | undefined {
  const { udev = [], ueventd = [], accounts: own = {} } = options;
  if (udev.length > 0 && ueventd.length > 0) {
    const problem = 'a board has udev rules or an ueventd.rc, not both';
    throw inputError('usage', { problem });
  }
  const textOf = (source: RulesSource): readonly [string, string] =>
    'path' in source ? [read(source.path), source.path] : [source.text, source.file];
  if (ueventd.length > 0) {
    const accounts = withAccounts(androidAccounts, own);
    return {
      kind: 'ueventd',
      accounts,
      files: ueventd.map((source) => parseUeventd(...textOf(source), accounts)),
    };
  }
  if (udev.length === 0) return undefined;
  const files = udev.map((source) => parseRules(...textOf(source)));
  return { kind: 'udev', accounts: withAccounts(debianAccounts, own), files };
}

/** Applies the rules to every device there is, and to each that comes later, as soon as it does. */
export function startDeviceManager(system: System, rules: DeviceRules): void {
  const { kernel } = system;
  if (kernel === undefined) return;
  const manager = system.spawn({}, rules.kind === 'udev' ? 'systemd-udevd' : 'ueventd');
  const settle = (device: ClassDevice) => {
    const { className: subsystem, name, nodePath: nodeName } = device;
    note(system, rules, settleNode(manager, { subsystem, name, nodeName }, rules));
  };
  for (const note of rules.files.flatMap(({ notes }) => notes)) noteFile(system, note);
  for (const device of kernel.drivers.all) settle(device);
  // The node is there at once, and the manager gets to it when the call that made it is done.
  kernel.drivers.onAdd((device) => void kernel.timers.at(kernel.clock.now, () => settle(device)));
}

function noteFile({ environment }: System, outcome: string): void {
  environment.decisions.note({ subject: 'device-rules', rule: 'device-rules/note', outcome });
}

/** Tells which line decided, under the heap's name where the device is a heap. */
function note({ environment }: System, rules: DeviceRules, { device, wish, position }: RuledNode): void {
  const isHeap = device.subsystem === 'dma_heap';
  const subject = isHeap ? `heap:${device.name}` : `device:${device.nodeName}`;
  const path = `/dev/${device.nodeName}`;
  const says = wish.decided.map(({ what, position: at }) => `${what} by ${at.file}:${at.line}`);
  const upgraded = wish.mode === 0o660 && !wish.decided.some(({ what }) => what.startsWith('mode'));
  if (upgraded) says.push('mode 0660, since a group is set and no mode');
  if (says.length > 0 || isHeap) {
    environment.decisions.note({
      subject,
      rule: `${rules.kind}/node`,
      outcome:
        says.length === 0
          ? `no ${rules.kind === 'udev' ? 'rule' : 'line'} matches ${path}, so it stays 0600 root:root`
          : `${path} gets ${says.join(', ')}`,
      position: () => position,
    });
  }
  if (!isHeap) return;
  for (const outcome of wish.problems)
    environment.decisions.note({ subject, rule: `${rules.kind}/problem`, outcome });
}
