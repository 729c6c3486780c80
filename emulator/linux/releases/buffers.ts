import type { History } from './history.ts';

/** dma-buf and what is seen of it. */
export interface BufferBehaviours {
  /** Whether SET_NAME is refused while a device is attached. */
  readonly setNameWhileAttached: 'EBUSY' | 'allowed';
  /** EXPORT_SYNC_FILE and IMPORT_SYNC_FILE. */
  readonly syncFileIoctls: boolean;
  /** Where inode numbers come from. */
  readonly bufferInodes: 'anonymous' | 'own-counter';
  /** What fdinfo and bufinfo call the exporter. */
  readonly exporterName: 'helpers-module' | 'module' | 'heap';
  /** Whether /proc/PID/fdinfo has the generic line `ino:`. */
  readonly fdinfoInode: boolean;
  /** Whether PROT_EXEC mappings are refused by the file system's flags. */
  readonly executableMappings: 'allowed' | 'EPERM';
  /** /sys/kernel/dmabuf/buffers. */
  readonly bufferSysfs: boolean;
  /** The header and the placeholder of debugfs' bufinfo. */
  readonly bufinfoNames: 'no-column' | 'column';
  /** Bits of a file's mode that bufinfo shows beside reading and writing: FMODE_LSEEK, FMODE_OPENED, FMODE_NONOTIFY. */
  readonly bufinfoMode: number;
  /** How bufinfo prints a fence. */
  readonly bufinfoFences: 'exclusive-shared' | 'usage-driver-first' | 'usage-context-first';
  /** SYNC_IOC_SET_DEADLINE on a sync file. */
  readonly syncFileDeadline: boolean;
  /** Whether SET_NAME exists in both sizes of its number. */
  readonly setNameNumbers: 'native' | 'both';
  /** How buffers of /dev/udmabuf are mapped: pages that can be pinned, or page numbers only. */
  readonly udmabufMap: 'page' | 'pfn';
  /** Whether /dev/udmabuf refuses a memfd that is sealed against writes to come. */
  readonly udmabufFutureWriteSeal: 'allowed' | 'EINVAL';
  /** How long allocations and releases took where the release was recorded, in parts of a reference time. */
  readonly bufferPace: number;
}

export const bufferHistory: History<BufferBehaviours> = {
  setNameWhileAttached: [
    {
      since: 'rfc-2019',
      value: 'EBUSY',
      evidence: 'read',
      says: 'refuses to name a buffer that a device is attached to',
    },
    {
      since: '5.16',
      value: 'allowed',
      evidence: 'recorded',
      says: 'names a buffer whether or not a device is attached',
    },
  ],
  syncFileIoctls: [
    {
      since: 'rfc-2019',
      value: false,
      evidence: 'read',
      says: 'cannot exchange fences of a buffer as sync files',
    },
    {
      since: '6.0',
      value: true,
      evidence: 'recorded',
      says: 'exports and imports the fences of a buffer as sync files',
    },
  ],
  bufferInodes: [
    {
      since: 'rfc-2019',
      value: 'anonymous',
      evidence: 'read',
      says: 'numbers buffers with all anonymous inodes',
    },
    {
      since: '5.17',
      value: 'own-counter',
      evidence: 'recorded',
      says: 'numbers buffers from 1 with a counter of their own',
    },
  ],
  exporterName: [
    {
      since: 'rfc-2019',
      value: 'helpers-module',
      evidence: 'read',
      says: 'names heap_helpers as the exporter of a buffer',
    },
    {
      since: '5.11',
      value: 'module',
      evidence: 'read',
      says: "names the heap's module as the exporter of a buffer",
    },
    {
      since: '5.16',
      value: 'heap',
      evidence: 'recorded',
      says: 'names the heap as the exporter of a buffer',
    },
  ],
  fdinfoInode: [
    { since: 'rfc-2019', value: false, evidence: 'read', says: 'shows no inode number in fdinfo' },
    { since: '5.14', value: true, evidence: 'recorded', says: 'shows the inode number in fdinfo' },
  ],
  executableMappings: [
    {
      since: 'rfc-2019',
      value: 'allowed',
      evidence: 'recorded',
      says: 'maps a buffer executable where asked',
    },
    { since: '7.1', value: 'EPERM', evidence: 'recorded', says: 'refuses to map a buffer executable' },
  ],
  bufferSysfs: [
    { since: 'rfc-2019', value: false, evidence: 'read', says: 'has no /sys/kernel/dmabuf' },
    { since: '5.14', value: true, evidence: 'recorded', says: 'lists buffers in /sys/kernel/dmabuf/buffers' },
    { since: '7.1', value: false, evidence: 'recorded', says: 'has no /sys/kernel/dmabuf any more' },
  ],
  bufinfoNames: [
    { since: 'rfc-2019', value: 'no-column', evidence: 'read', says: 'has no name column in bufinfo' },
    {
      since: '5.16',
      value: 'column',
      evidence: 'recorded',
      says: 'shows names in bufinfo, <none> where there is none',
    },
  ],
  bufinfoMode: [
    {
      since: 'rfc-2019',
      value: 0x80004,
      evidence: 'recorded',
      says: 'shows buffers as seekable and open in bufinfo',
    },
    {
      since: '6.14',
      value: 0x2080004,
      evidence: 'recorded',
      says: 'shows buffers as files without notification in bufinfo',
    },
  ],
  bufinfoFences: [
    {
      since: 'rfc-2019',
      value: 'exclusive-shared',
      evidence: 'read',
      says: 'shows exclusive and shared fences in bufinfo',
    },
    { since: '6.0', value: 'usage-driver-first', evidence: 'read', says: 'shows fences by usage in bufinfo' },
    {
      since: '7.2',
      value: 'usage-context-first',
      evidence: 'read',
      says: 'shows context and number of fences first in bufinfo',
    },
  ],
  syncFileDeadline: [
    { since: 'rfc-2019', value: false, evidence: 'read', says: 'knows no deadline for sync files' },
    { since: '6.6', value: true, evidence: 'read', says: 'takes deadlines for sync files' },
  ],
  setNameNumbers: [
    {
      since: 'rfc-2019',
      value: 'native',
      evidence: 'read',
      says: 'takes the native number of SET_NAME only',
    },
    { since: '5.7', value: 'both', evidence: 'recorded', says: 'takes both numbers of SET_NAME' },
  ],
  udmabufMap: [
    {
      since: 'rfc-2019',
      value: 'page',
      evidence: 'inferred',
      says: "maps udmabuf's buffers page by page",
    },
    {
      since: '6.12',
      value: 'pfn',
      evidence: 'inferred',
      says: "maps udmabuf's buffers by page numbers",
    },
  ],
  udmabufFutureWriteSeal: [
    {
      since: 'rfc-2019',
      value: 'allowed',
      evidence: 'inferred',
      says: 'makes udmabufs of memfds that are sealed against writes to come',
    },
    {
      since: '6.12',
      value: 'EINVAL',
      evidence: 'inferred',
      says: 'makes no udmabufs of memfds that are sealed against writes to come',
    },
  ],
  bufferPace: [
    {
      since: 'rfc-2019',
      value: 1.1,
      evidence: 'recorded',
      says: 'takes about 170 µs for a small CMA buffer',
    },
    { since: '6.12', value: 1.7, evidence: 'recorded', says: 'takes about 260 µs for a small CMA buffer' },
    { since: '7.2', value: 0.3, evidence: 'recorded', says: 'takes about 45 µs for a small CMA buffer' },
  ],
};
