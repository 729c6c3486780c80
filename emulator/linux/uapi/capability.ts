/** Capabilities that the emulated kernel asks for, with their numbers: include/uapi/linux/capability.h. */
export const capabilities = {
  CAP_CHOWN: 0,
  CAP_DAC_OVERRIDE: 1,
  CAP_DAC_READ_SEARCH: 2,
  CAP_FOWNER: 3,
  CAP_FSETID: 4,
  CAP_KILL: 5,
  CAP_SETGID: 6,
  CAP_SETUID: 7,
  CAP_SETPCAP: 8,
  CAP_IPC_LOCK: 14,
  CAP_SYS_MODULE: 16,
  CAP_SYS_CHROOT: 18,
  CAP_SYS_PTRACE: 19,
  CAP_SYS_ADMIN: 21,
  CAP_SYS_BOOT: 22,
  CAP_SYS_NICE: 23,
  CAP_SYS_RESOURCE: 24,
  CAP_MKNOD: 27,
  CAP_LEASE: 28,
  CAP_SYSLOG: 34,
} as const;

export type Capability = keyof typeof capabilities;

/** What the superuser holds. */
export const allCapabilities: ReadonlySet<Capability> = new Set(Object.keys(capabilities) as Capability[]);
