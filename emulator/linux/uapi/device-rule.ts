/** One line of a device cgroup, as devices.allow takes it: `c 252:* rw`. */
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
