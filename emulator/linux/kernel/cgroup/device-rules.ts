import { majorOf, minorOf, S_IFBLK, S_IFCHR, S_IFMT } from '../../uapi/stat.ts';

/** One line of a device cgroup: `c 252:* rw`. */
export interface DeviceRule {
  readonly type: 'a' | 'b' | 'c';
  /** undefined for `*`. */
  readonly major: number | undefined;
  readonly minor: number | undefined;
  /** Of `r`, `w` and `m`. */
  readonly access: string;
}

/** Reads `TYPE MAJOR:MINOR ACCESS`; undefined where it has another form. */
export function parseDeviceRule(text: string): DeviceRule | undefined {
  if (text.trim() === 'a') return { type: 'a', major: undefined, minor: undefined, access: 'rwm' };
  const [, type, major, minor, access] =
    /^\s*([abc])\s+(\*|\d+):(\*|\d+)(?:\s+([rwm]{1,3}))?\s*$/.exec(text) ?? [];
  if (type !== 'a' && type !== 'b' && type !== 'c') return undefined;
  const number = (word: string | undefined) =>
    word === undefined || word === '*' ? undefined : Number(word);
  return { type, major: number(major), minor: number(minor), access: access ?? 'rwm' };
}

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
