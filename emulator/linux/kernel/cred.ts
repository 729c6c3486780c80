import { allCapabilities, type Capability } from '../uapi/capability.ts';

/**
 * Who a task is. Plays struct cred; real, effective, saved and file-system ids are one, which holds for
 * programs that are not set-uid.
 */
export interface Credentials {
  readonly uid: number;
  readonly gid: number;
  /** Supplementary groups. */
  readonly groups: readonly number[];
  readonly capabilities: ReadonlySet<Capability>;
}

export const rootCredentials: Credentials = { uid: 0, gid: 0, groups: [], capabilities: allCapabilities };

/** Fills in what somebody left out: no groups; all capabilities for root, none for others. */
export function completeCredentials(given: Partial<Credentials> = {}): Credentials {
  const uid = given.uid ?? 0;
  return {
    uid,
    gid: given.gid ?? uid,
    groups: given.groups ?? [],
    capabilities: given.capabilities ?? (uid === 0 ? allCapabilities : new Set()),
  };
}

/** capable() */
export function capable(credentials: Credentials, capability: Capability): boolean {
  return credentials.capabilities.has(capability);
}
