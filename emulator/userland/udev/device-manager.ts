import type { SourcePosition } from '../../base/position.ts';
import { AT_FDCWD } from '../../linux/uapi/fcntl.ts';
import { SyscallError } from '../errors.ts';
import type { Process } from '../process.ts';
import type { Accounts } from './accounts.ts';
import { applyRules } from './apply-rules.ts';
import type { NodeWish, RuledDevice, RulesFile } from './rule.ts';
import { applyUeventd, type UeventdFile } from './ueventd.ts';

/** The rules that hold on a board: udev's, or Android's. */
export type DeviceRules =
  | { readonly kind: 'udev'; readonly files: readonly RulesFile[]; readonly accounts: Accounts }
  | { readonly kind: 'ueventd'; readonly files: readonly UeventdFile[]; readonly accounts: Accounts };

/** A device that the kernel told of. */
export interface NewDevice {
  readonly subsystem: string;
  readonly name: string;
  readonly nodeName: string;
}

/** What the rules came to for one device. */
export interface RuledNode {
  readonly device: NewDevice;
  readonly wish: NodeWish;
  /** Where the first of the deciding lines stands. */
  readonly position: SourcePosition | undefined;
}

/** Settles one device's node as udevd or ueventd does, by system calls of `process`. */
export function settleNode(process: Process, device: NewDevice, rules: DeviceRules): RuledNode {
  const ruled = describe(process, device);
  const wish =
    rules.kind === 'udev' ? applyRules(rules.files, ruled, rules.accounts) : applyUeventd(rules.files, ruled);
  const path = `/dev/${device.nodeName}`;
  if (wish.mode !== undefined) process.chmod(path, wish.mode);
  if (wish.uid !== undefined || wish.gid !== undefined) process.chown(path, wish.uid ?? -1, wish.gid ?? -1);
  for (const link of wish.links) makeLink(process, path, link);
  return { device, wish, position: wish.decided.at(-1)?.position };
}

function describe(process: Process, { subsystem, name, nodeName }: NewDevice): RuledDevice {
  const devPath = `/devices/virtual/${subsystem}/${name}`;
  const attribute = (file: string): string | undefined => {
    try {
      return process.readFile(`/sys${devPath}/${file}`).replace(/\n$/, '');
    } catch (error) {
      if (error instanceof SyscallError) return undefined;
      throw error;
    }
  };
  const [major = 0, minor = 0] = (attribute('dev') ?? '').split(':').map(Number);
  return { action: 'add', subsystem, name, devPath, nodeName, major, minor, attribute };
}

/** A relative link below /dev, with the folders on the way. The first device that wants a name keeps it. */
function makeLink(process: Process, target: string, link: string): void {
  const folders = link.split('/').slice(0, -1);
  folders.forEach((_, index) => {
    makeFolder(process, `/dev/${folders.slice(0, index + 1).join('/')}`);
  });
  const relative = `${'../'.repeat(folders.length)}${target.slice('/dev/'.length)}`;
  const text = process.memory.pushString(relative);
  const at = process.memory.pushString(`/dev/${link}`);
  process.trySyscall('symlinkat', text, AT_FDCWD, at);
  process.memory.pop(at);
  process.memory.pop(text);
}

function makeFolder(process: Process, path: string): void {
  try {
    process.mkdir(path, 0o755);
  } catch (error) {
    if (!(error instanceof SyscallError) || error.code !== 'EEXIST') throw error;
  }
}
