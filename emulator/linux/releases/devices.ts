import type { History } from './history.ts';

/** Devices, their regions and their own allocations: what changed from release to release. */
export interface DeviceBehaviours {
  /** By what a device's region is found. */
  readonly regionLookup: 'phandle' | 'node-name';
  /** What a second coherent pool for one device leads to. */
  readonly coherentPoolBusy: 'ignored' | 'EBUSY';
  /** Whether a coherent pool that cannot be mapped is told of. */
  readonly coherentPoolMapFailure: 'reported' | 'silent';
  /** Whether a device that cannot reach its coherent pool is told of. */
  readonly coherentPoolReach: 'silent' | 'warned';
  /** How the driver core tells that a probe failed. */
  readonly probeFailure: 'probe-of-device' | 'probe-with-driver';
  /** What mapping a scatter list for a device that cannot reach it answers. */
  readonly scatterMapError: 'EINVAL' | 'EIO';
  /** With which flags the system heap asks for its last, single pages: as the OOM killer prints them. */
  readonly systemHeapGfp: { readonly mode: number; readonly flags: string };
  /** The columns of the OOM killer's table of tasks. */
  readonly oomTaskColumns: 'total-rss' | 'rss-by-kind';
}

export const deviceHistory: History<DeviceBehaviours> = {
  regionLookup: [
    { since: 'rfc-2019', value: 'phandle', evidence: 'read', says: "finds a device's region by its phandle" },
    {
      since: '6.11',
      value: 'node-name',
      evidence: 'read',
      says: "finds a device's region by the name of its node",
    },
  ],
  coherentPoolBusy: [
    {
      since: 'rfc-2019',
      value: 'ignored',
      evidence: 'inferred',
      says: 'keeps the first of two coherent pools of a device and calls that success',
    },
    {
      since: '6.12',
      value: 'EBUSY',
      evidence: 'inferred',
      says: 'refuses a second coherent pool for a device with EBUSY',
    },
  ],
  coherentPoolMapFailure: [
    {
      since: 'rfc-2019',
      value: 'reported',
      evidence: 'inferred',
      says: 'tells that a coherent pool could not be mapped',
    },
    {
      since: '5.14',
      value: 'silent',
      evidence: 'read',
      says: 'says nothing of its own where a coherent pool cannot be mapped',
    },
  ],
  coherentPoolReach: [
    {
      since: 'rfc-2019',
      value: 'silent',
      evidence: 'inferred',
      says: 'does not look whether a device reaches its coherent pool',
    },
    {
      since: '6.12',
      value: 'warned',
      evidence: 'inferred',
      says: 'warns where a device does not reach its coherent pool',
    },
  ],
  probeFailure: [
    {
      since: 'rfc-2019',
      value: 'probe-of-device',
      evidence: 'read',
      says: 'tells of a failed probe as a warning with the driver first',
    },
    {
      since: '6.11',
      value: 'probe-with-driver',
      evidence: 'inferred',
      says: 'tells of a failed probe as an error with the device first',
    },
  ],
  systemHeapGfp: [
    {
      since: 'rfc-2019',
      value: { mode: 0xdc0, flags: 'GFP_KERNEL|__GFP_ZERO' },
      evidence: 'inferred',
      says: "takes the system heap's pages from the kernel's own memory (GFP_KERNEL)",
    },
    {
      since: '5.11',
      value: { mode: 0x140dc2, flags: 'GFP_HIGHUSER|__GFP_COMP|__GFP_ZERO' },
      evidence: 'recorded',
      says: "takes the system heap's pages as GFP_HIGHUSER with __GFP_COMP",
    },
    {
      since: '6.12',
      value: { mode: 0x100dc2, flags: 'GFP_HIGHUSER|__GFP_ZERO' },
      evidence: 'recorded',
      says: "takes the system heap's single pages as GFP_HIGHUSER without __GFP_COMP",
    },
  ],
  oomTaskColumns: [
    {
      since: 'rfc-2019',
      value: 'total-rss',
      evidence: 'recorded',
      says: 'lists tasks with one figure of resident memory when memory runs out',
    },
    {
      since: '6.8',
      value: 'rss-by-kind',
      evidence: 'recorded',
      says: 'lists tasks with their anonymous, file and shared memory when memory runs out',
    },
  ],
  scatterMapError: [
    {
      since: 'rfc-2019',
      value: 'EINVAL',
      evidence: 'inferred',
      says: 'answers EINVAL where a device cannot reach a scatter list',
    },
    {
      since: '5.15',
      value: 'EIO',
      evidence: 'inferred',
      says: 'answers EIO where a device cannot reach a scatter list',
    },
  ],
};
