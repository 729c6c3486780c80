import type { DeviceRule } from '../../uapi/device-rule.ts';
import { majorOf, minorOf, S_IFBLK, S_IFCHR, S_IFMT } from '../../uapi/stat.ts';

/**
 * The devices that a cgroup lets its tasks use: what the program does that a container's runtime attaches. Plays
 * security/device_cgroup.c and its BPF hook.
 */
export class DeviceAllowances {
  readonly #rules: readonly DeviceRule[];

  constructor(rules: readonly DeviceRule[]) {
    this.#rules = rules;
  }

  /** Whether all of `access` (`r`, `w`, `m`) is allowed for a node of this type and number. */
  allows(mode: number, device: number, access: string): boolean {
    const type = (mode & S_IFMT) === S_IFCHR ? 'c' : 'b';
    const [major, minor] = [majorOf(device), minorOf(device)];
    return [...access].every((letter) =>
      this.#rules.some(
        (rule) =>
          (rule.type === 'a' || rule.type === type) &&
          (rule.major === undefined || rule.major === major) &&
          (rule.minor === undefined || rule.minor === minor) &&
          rule.access.includes(letter),
      ),
    );
  }
}

/** Whether a node is one that device cgroups look at. */
export function isDeviceNode(mode: number): boolean {
  const type = mode & S_IFMT;
  return type === S_IFCHR || type === S_IFBLK;
}
