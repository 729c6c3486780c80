import type { CallEvent } from '../event.ts';
import { numberOf } from '../value.ts';
import { isAllocation, isOpaque } from './recognise.ts';

/**
 * What strace does not show. It knows the names of the heaps' requests but not their structs, so the size and the
 * descriptor of a buffer are concluded from what the program does with it later.
 */

interface Inferred {
  readonly events: readonly CallEvent[];
  readonly remarks: readonly string[];
}

/** Fills in arguments that are addresses only. `all` are the calls of the trace, kept or not. */
export function inferArguments(kept: readonly CallEvent[], all: readonly CallEvent[]): Inferred {
  const remarks: string[] = [];
  const reads = new Map<string, boolean>();
  const taken = new Set<CallEvent>();
  const sizes = new Map<string, number>();
  const events = kept.map((event): CallEvent => {
    if (event.call !== 'ioctl' || !isOpaque(event.args[2])) return event;
    const request = String(event.args[1]);
    if (request === 'DMA_HEAP_IOCTL_ALLOC') return allocation(event, all, { taken, remarks, sizes });
    if (request === 'DMA_BUF_IOCTL_SYNC') return sync(event, reads);
    if (request.startsWith('DMA_BUF_SET_NAME')) return named(event);
    return event;
  });
  return { events: events.filter((event) => belongs(event, kept, events)), remarks };
}

/** A name that strace did show, or else an empty one. */
function named(event: CallEvent): CallEvent {
  const shown =
    typeof event.args[2] === 'string' && !event.args[2].startsWith('0x') ? event.args[2] : undefined;
  const args = [event.args[0] ?? -1, event.args[1] ?? '', { name: shown ?? '' }];
  return { ...event, args, ...(shown === undefined ? { inferred: ['the name is not shown'] } : {}) };
}

/** What is known of allocations so far. */
interface Allocations {
  /** First uses of buffers. */
  readonly taken: Set<CallEvent>;
  readonly remarks: string[];
  /** The size that was last allocated, by process and descriptor of the heap. */
  readonly sizes: Map<string, number>;
}

function allocation(
  event: CallEvent,
  all: readonly CallEvent[],
  { taken, remarks, sizes }: Allocations,
): CallEvent {
  const later = all.slice(all.indexOf(event) + 1);
  const open = openBefore(all.slice(0, all.indexOf(event)), event.pid);
  const use = isAllocation(event)
    ? later.find((next) => !taken.has(next) && isFirstUse(next, event.pid, open))
    : undefined;
  const fd = use === undefined ? undefined : Number(numberOf(use.args[use.call === 'mmap' ? 4 : 0]));
  const size = fd === undefined ? undefined : sizeOf(later, event.pid, fd);
  if (use !== undefined) taken.add(use);
  const place = `call ${all.indexOf(event) + 1}, DMA_HEAP_IOCTL_ALLOC`;
  const heap = `${event.pid}:${String(event.args[0])}`;
  const before = sizes.get(heap);
  if (size !== undefined) sizes.set(heap, size.bytes);
  else if (before === undefined) remarks.push(`${place}: nothing tells its size; one page is assumed`);
  else remarks.push(`${place}: nothing tells its size; ${before} bytes are assumed, as before`);
  const inferred = [
    `len from ${size?.from ?? (before === undefined ? 'nothing' : 'the allocation before')}`,
    ...(fd === undefined ? [] : ['fd from its first use']),
  ];
  const argument = { len: size?.bytes ?? before ?? 4096, fd_flags: 'O_RDWR|O_CLOEXEC', heap_flags: 0 };
  const made: CallEvent = { ...event, args: [event.args[0] ?? -1, event.args[1] ?? '', argument], inferred };
  return fd === undefined ? made : { ...made, out: { 2: { fd } } };
}

/** Descriptors that the trace shows to be open; 0 to 2 are. */
function openBefore(events: readonly CallEvent[], pid: number): ReadonlySet<number> {
  const open = new Set([0, 1, 2]);
  const makers = new Set([
    'openat',
    'dup',
    'dup3',
    'memfd_create',
    'socket',
    'epoll_create1',
    'eventfd2',
    'accept4',
  ]);
  for (const { pid: by, call, args, result, errno, out } of events) {
    if (by !== pid || errno !== undefined) continue;
    if (makers.has(call) && typeof result === 'number') open.add(result);
    if (call === 'close') open.delete(Number(numberOf(args[0])));
    for (const left of Object.values(out ?? {})) {
      const fd = typeof left === 'object' && left !== null && 'fd' in left ? numberOf(left.fd) : undefined;
      if (fd !== undefined) open.add(Number(fd));
    }
  }
  return open;
}

const uses = new Set(['ioctl', 'mmap', 'lseek', 'close', 'fstat', 'fcntl', 'dup']);

function isFirstUse({ pid, call, args }: CallEvent, by: number, open: ReadonlySet<number>): boolean {
  if (pid !== by || !uses.has(call)) return false;
  const fd = numberOf(args[call === 'mmap' ? 4 : 0]);
  return fd !== undefined && fd > 2n && !open.has(Number(fd));
}

/** How large a buffer is, from the first call that shows it before its descriptor is closed. */
function sizeOf(
  events: readonly CallEvent[],
  pid: number,
  fd: number,
): { bytes: number; from: string } | undefined {
  for (const { pid: by, call, args, result, errno } of events) {
    if (by !== pid || errno !== undefined) continue;
    const first = Number(numberOf(args[call === 'mmap' ? 4 : 0]));
    if (first !== fd) continue;
    if (call === 'close') return undefined;
    const offset = numberOf(args[5]) ?? 0n;
    if (call === 'mmap') return { bytes: Number((numberOf(args[1]) ?? 0n) + offset), from: 'mmap()' };
    if (call === 'lseek' && args[2] === 'SEEK_END' && typeof result === 'number')
      return { bytes: result, from: 'lseek()' };
  }
  return undefined;
}

/** Programs begin and end an access by turns, for reading and writing: what nobody shows is taken for that. */
function sync(event: CallEvent, begun: Map<string, boolean>): CallEvent {
  const key = `${event.pid}:${String(event.args[0])}`;
  const ends = begun.get(key) === true;
  begun.set(key, !ends);
  const flags = ends ? 'DMA_BUF_SYNC_RW|DMA_BUF_SYNC_END' : 'DMA_BUF_SYNC_RW';
  return {
    ...event,
    args: [event.args[0] ?? -1, event.args[1] ?? '', { flags }],
    inferred: ['flags from the order of begin and end'],
  };
}

/** Leaves out what was kept only because it might have been a buffer's first use. */
function belongs(event: CallEvent, kept: readonly CallEvent[], events: readonly CallEvent[]): boolean {
  if (event.call === 'openat' || event.call === 'clone' || event.call === 'exit_group') return true;
  const lends = kept.some(({ args }) => String(args[1]).startsWith('UDMABUF_'));
  if (event.call === 'memfd_create') return lends;
  if (!['close', 'lseek', 'fstat', 'fcntl', 'dup', 'mmap', 'ftruncate'].includes(event.call)) return true;
  const fd = numberOf(event.args[event.call === 'mmap' ? 4 : 0]);
  return events.some((other) => {
    if (other.call === 'openat') return numberOf(other.result) === fd;
    if ((other.call === 'memfd_create' && lends) || other.call === 'dup' || other.call === 'dup3')
      return numberOf(other.result) === fd;
    const out = other.out?.['2'];
    return typeof out === 'object' && out !== null && 'fd' in out && numberOf(out.fd) === fd;
  });
}
