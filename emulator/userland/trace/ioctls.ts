import {
  DMA_BUF_IOCTL_EXPORT_SYNC_FILE,
  DMA_BUF_IOCTL_IMPORT_SYNC_FILE,
  DMA_BUF_IOCTL_SYNC,
  DMA_BUF_NAME_LEN,
  DMA_BUF_SET_NAME_A,
  DMA_BUF_SET_NAME_B,
} from '../../linux/uapi/dma-buf.ts';
import { DMA_HEAP_IOCTL_ALLOC } from '../../linux/uapi/dma-heap.ts';
import { FIOASYNC, FIOCLEX, FIONBIO, FIONCLEX, ioctlSize } from '../../linux/uapi/ioctl.ts';
import {
  SW_SYNC_IOC_CREATE_FENCE,
  SW_SYNC_IOC_INC,
  SYNC_IOC_FILE_INFO,
  SYNC_IOC_MERGE,
} from '../../linux/uapi/sync-file.ts';
import { UDMABUF_CREATE, UDMABUF_CREATE_LIST } from '../../linux/uapi/udmabuf.ts';
import { type FlagWords, openWords, syncWords } from './flag-words.ts';

/** A field of an ioctl's struct. */
export interface IoctlField {
  readonly name: string;
  readonly offset: number;
  readonly type: 'u32' | 's32' | 'u64' | 'text32';
  readonly words?: FlagWords;
  /** Names a descriptor. */
  readonly isFd?: boolean;
  /** `in` is only read by the kernel, `out` only written by it. */
  readonly direction?: 'in' | 'out';
}

/** A request that is shown by name. */
export interface IoctlFacts {
  readonly name: string;
  readonly request: number;
  /** What the argument points to: a struct, a string, a word, or it is a plain number. */
  readonly argument: 'struct' | 'name' | 'number' | 'nothing';
  readonly sizeBytes: number;
  readonly fields: readonly IoctlField[];
  /** The call's own result is a new descriptor. */
  readonly makesFd?: boolean;
}

function struct(
  name: string,
  request: number,
  fields: readonly IoctlField[],
  more: Partial<IoctlFacts> = {},
): IoctlFacts {
  return { name, request, argument: 'struct', sizeBytes: ioctlSize(request), fields, ...more };
}

function plain(name: string, request: number, argument: 'number' | 'nothing'): IoctlFacts {
  return { name, request, argument, sizeBytes: 0, fields: [] };
}

const syncFileFields: readonly IoctlField[] = [
  { name: 'flags', offset: 0, type: 'u32', words: syncWords },
  { name: 'fd', offset: 4, type: 's32', isFd: true },
];

/** Requests on heaps, buffers and what belongs to them. To add one, copy a row. */
export const knownIoctls: readonly IoctlFacts[] = [
  struct('DMA_HEAP_IOCTL_ALLOC', DMA_HEAP_IOCTL_ALLOC, [
    { name: 'len', offset: 0, type: 'u64' },
    { name: 'fd', offset: 8, type: 'u32', isFd: true, direction: 'out' },
    { name: 'fd_flags', offset: 12, type: 'u32', words: openWords },
    { name: 'heap_flags', offset: 16, type: 'u64' },
  ]),
  struct('DMA_BUF_IOCTL_SYNC', DMA_BUF_IOCTL_SYNC, [
    { name: 'flags', offset: 0, type: 'u64', words: syncWords, direction: 'in' },
  ]),
  {
    name: 'DMA_BUF_SET_NAME_A',
    request: DMA_BUF_SET_NAME_A,
    argument: 'name',
    sizeBytes: DMA_BUF_NAME_LEN,
    fields: [],
  },
  {
    name: 'DMA_BUF_SET_NAME',
    request: DMA_BUF_SET_NAME_B,
    argument: 'name',
    sizeBytes: DMA_BUF_NAME_LEN,
    fields: [],
  },
  struct('DMA_BUF_IOCTL_EXPORT_SYNC_FILE', DMA_BUF_IOCTL_EXPORT_SYNC_FILE, [
    ...syncFileFields.slice(0, 1),
    { name: 'fd', offset: 4, type: 's32', isFd: true, direction: 'out' },
  ]),
  struct('DMA_BUF_IOCTL_IMPORT_SYNC_FILE', DMA_BUF_IOCTL_IMPORT_SYNC_FILE, syncFileFields),
  struct(
    'UDMABUF_CREATE',
    UDMABUF_CREATE,
    [
      { name: 'memfd', offset: 0, type: 's32', isFd: true },
      { name: 'flags', offset: 4, type: 'u32' },
      { name: 'offset', offset: 8, type: 'u64' },
      { name: 'size', offset: 16, type: 'u64' },
    ],
    { makesFd: true },
  ),
  struct(
    'UDMABUF_CREATE_LIST',
    UDMABUF_CREATE_LIST,
    [
      { name: 'flags', offset: 0, type: 'u32' },
      { name: 'count', offset: 4, type: 'u32' },
    ],
    { makesFd: true },
  ),
  struct('SYNC_IOC_MERGE', SYNC_IOC_MERGE, [
    { name: 'name', offset: 0, type: 'text32' },
    { name: 'fd2', offset: 32, type: 's32', isFd: true },
    { name: 'fence', offset: 36, type: 's32', isFd: true, direction: 'out' },
  ]),
  struct('SYNC_IOC_FILE_INFO', SYNC_IOC_FILE_INFO, [
    { name: 'name', offset: 0, type: 'text32', direction: 'out' },
    { name: 'status', offset: 32, type: 's32', direction: 'out' },
    { name: 'num_fences', offset: 40, type: 'u32' },
  ]),
  struct('SW_SYNC_IOC_CREATE_FENCE', SW_SYNC_IOC_CREATE_FENCE, [
    { name: 'value', offset: 0, type: 'u32' },
    { name: 'name', offset: 4, type: 'text32' },
    { name: 'fence', offset: 36, type: 's32', isFd: true, direction: 'out' },
  ]),
  struct('SW_SYNC_IOC_INC', SW_SYNC_IOC_INC, [{ name: 'value', offset: 0, type: 'u32' }]),
  plain('FIOCLEX', FIOCLEX, 'nothing'),
  plain('FIONCLEX', FIONCLEX, 'nothing'),
  struct('FIONBIO', FIONBIO, [{ name: 'value', offset: 0, type: 's32' }], { sizeBytes: 4 }),
  struct('FIOASYNC', FIOASYNC, [{ name: 'value', offset: 0, type: 's32' }], { sizeBytes: 4 }),
];

const byRequest = new Map(knownIoctls.map((facts) => [facts.request, facts]));
const byName = new Map(knownIoctls.map((facts) => [facts.name, facts]));

/** The kernel's own header has one more name for the newer number. */
const otherNames = new Map([['DMA_BUF_SET_NAME_B', 'DMA_BUF_SET_NAME']]);

export function ioctlByNumber(request: number): IoctlFacts | undefined {
  return byRequest.get(request);
}

export function ioctlByName(name: string): IoctlFacts | undefined {
  return byName.get(otherNames.get(name) ?? name);
}
