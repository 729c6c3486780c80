/** Names of users and groups with their numbers: /etc/passwd and /etc/group, as far as device rules need them. */
export interface Accounts {
  readonly users: ReadonlyMap<string, number>;
  readonly groups: ReadonlyMap<string, number>;
}

/** The fixed numbers of Debian's base-passwd; `render` and `kvm` get theirs from udev's package, here the usual ones. */
const debianUsers = { root: 0, daemon: 1, bin: 2, sys: 3, nobody: 65534 };
const debianGroups = {
  root: 0,
  daemon: 1,
  bin: 2,
  sys: 3,
  adm: 4,
  tty: 5,
  disk: 6,
  dialout: 20,
  cdrom: 24,
  audio: 29,
  video: 44,
  plugdev: 46,
  users: 100,
  kvm: 104,
  render: 105,
  input: 106,
  nogroup: 65534,
};

/** The fixed numbers of Android: android_filesystem_config.h. */
const androidIds = {
  root: 0,
  system: 1000,
  radio: 1001,
  graphics: 1003,
  input: 1004,
  audio: 1005,
  camera: 1006,
  media: 1013,
  drm: 1019,
  mediadrm: 1031,
  mediacodec: 1046,
  cameraserver: 1047,
  drmrpc: 1026,
  shell: 2000,
  everybody: 9997,
  nobody: 9999,
};

function accounts(
  users: Readonly<Record<string, number>>,
  groups: Readonly<Record<string, number>>,
): Accounts {
  return { users: new Map(Object.entries(users)), groups: new Map(Object.entries(groups)) };
}

export const debianAccounts: Accounts = accounts(debianUsers, debianGroups);
export const androidAccounts: Accounts = accounts(androidIds, androidIds);

/** Accounts with some of the user's own, which win. */
export function withAccounts(base: Accounts, own: Partial<Accounts>): Accounts {
  return {
    users: new Map([...base.users, ...(own.users ?? [])]),
    groups: new Map([...base.groups, ...(own.groups ?? [])]),
  };
}

/** The number that a name or a number stands for; undefined where nobody has the name. */
export function idOf(table: ReadonlyMap<string, number>, text: string): number | undefined {
  return /^\d+$/.test(text) ? Number(text) : table.get(text);
}

/** A name for a number, or the number itself. */
export function nameOf(table: ReadonlyMap<string, number>, id: number): string {
  for (const [name, value] of table) if (value === id) return name;
  return String(id);
}
