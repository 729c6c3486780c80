import { inputError } from '../../../base/input-error.ts';
import type { CallEvent, Trace, TraceEvent } from '../event.ts';
import { fdsMade } from '../replay.ts';
import { numberOf, type TraceValue } from '../value.ts';
import { inferArguments } from './infer.ts';
import { parseCall, parseStraceLine, type StraceLine } from './parse-line.ts';
import { parseValue } from './parse-value.ts';
import { isAllocation } from './recognise.ts';

/** What came of reading a foreign trace. */
export interface ImportedTrace {
  readonly trace: Trace;
  /** Calls that were read, and those that have to do with heaps and buffers. */
  readonly callsRead: number;
  /** Remarks for people: what had to be concluded. */
  readonly remarks: readonly string[];
}

type ForeignCall = Extract<StraceLine, { readonly kind: 'call' }>;

/** Other names and shapes of calls that arm64 has not. */
const aliases: Readonly<Record<string, (args: readonly string[]) => readonly [string, readonly string[]]>> = {
  open: (args) => ['openat', ['AT_FDCWD', ...args]],
  open64: (args) => ['openat', ['AT_FDCWD', ...args]],
  mmap2: (args) => ['mmap', args],
  dup2: (args) => ['dup3', [...args, '0']],
  fcntl64: (args) => ['fcntl', args],
  fork: () => ['clone', ['0x11']],
  vfork: () => ['clone', ['0x11']],
  clone: (args) => ['clone', [cloneFlags(args)]],
  clone3: (args) => ['clone', [cloneFlags(args)]],
};

/** Threads stay threads; everything else is a process. */
function cloneFlags(args: readonly string[]): string {
  return args.some((part) => part.includes('CLONE_THREAD'))
    ? 'CLONE_VM|CLONE_FS|CLONE_FILES|CLONE_SIGHAND|CLONE_THREAD'
    : '0x11';
}

const heapPath = /^\/dev\/(dma_heap\/|udmabuf$)|^\/sys\/kernel\/debug\/sync\//;

/** Reads the output of `strace -f`; keeps what has to do with heaps, buffers and memfds. */
export function importStrace(text: string, file: string): ImportedTrace {
  const events: CallEvent[] = [];
  let read = 0;
  let firstPid = 1;
  const begun = new Map<number | undefined, string>();
  for (const [index, line] of text.split('\n').entries()) {
    const parsed = parseStraceLine(line);
    if (parsed === undefined) {
      const problem = 'this is no line of strace output';
      throw inputError('trace-broken', { problem }, { position: { file, line: index + 1 } });
    }
    if (parsed.kind === 'begun') begun.set(parsed.pid, `${parsed.name}(${parsed.text}`);
    const call = parsed.kind === 'resumed' ? rejoined(begun, parsed) : parsed;
    if (call?.kind !== 'call') continue;
    if (read === 0) firstPid = call.pid ?? firstPid;
    read += 1;
    events.push(eventOf(call, firstPid));
  }
  if (read === 0)
    throw inputError('trace-broken', { problem: 'there is no call in it' }, { position: { file, line: 1 } });
  const kept = keepRelevant(events);
  const { events: complete, remarks } = inferArguments(kept, events);
  return {
    trace: { header: { heapboardTrace: 1 }, events: withProcesses(complete) },
    callsRead: read,
    remarks,
  };
}

function rejoined(
  begun: Map<number | undefined, string>,
  { pid, text }: Extract<StraceLine, { readonly kind: 'resumed' }>,
): StraceLine | undefined {
  const head = begun.get(pid);
  begun.delete(pid);
  if (head === undefined) return undefined;
  const separator = /[({,]$/.test(head) || /^[)}]/.test(text) ? '' : ', ';
  return parseCall(`${head}${separator}${text}`, pid);
}

function eventOf({ pid, name, args, result }: ForeignCall, firstPid: number): CallEvent {
  const [call, words] = aliases[name]?.(args) ?? [name, args];
  const values = words.map(parseValue);
  const out = values.flatMap(({ out: left }, index): readonly (readonly [string, TraceValue])[] =>
    left === undefined ? [] : [[String(index), left]],
  );
  const [, errno] = /^-1 (E[A-Z0-9]+)/.exec(result) ?? [];
  const value = errno === undefined && !result.startsWith('?') ? resultOf(result) : undefined;
  return {
    pid: pid ?? firstPid,
    call,
    args: values.map((one) => one.value),
    ...(errno === undefined ? {} : { errno }),
    ...(value === undefined ? {} : { result: value }),
    ...(out.length === 0 ? {} : { out: Object.fromEntries(out) }),
  };
}

function resultOf(text: string): number | string | undefined {
  const [, word] = /^(0x[0-9a-f]+|-?\d+)/.exec(text) ?? [];
  if (word === undefined) return undefined;
  return word.startsWith('0x') ? word : Number(word);
}

/** Calls whose first argument is a descriptor, and for mmap() the fifth. */
function fdOf({ call, args }: CallEvent): number | undefined {
  const value = numberOf(args[call === 'mmap' ? 4 : 0]);
  return value === undefined ? undefined : Number(value);
}

const onDescriptors = new Set([
  'ioctl',
  'mmap',
  'close',
  'dup',
  'dup3',
  'fcntl',
  'lseek',
  'fstat',
  'ftruncate',
  'fallocate',
]);
const onAddresses = new Set(['munmap', 'mprotect', 'madvise']);

/** Follows heaps, buffers and memfds through the trace; everything else is left out. */
function keepRelevant(events: readonly CallEvent[]): readonly CallEvent[] {
  const known = new Map<number, Set<number>>();
  const mappings = new Map<number, Set<string>>();
  const kept: CallEvent[] = [];
  const fdsOf = (pid: number) => {
    const fds = known.get(pid) ?? new Set<number>();
    known.set(pid, fds);
    return fds;
  };
  for (const event of events) {
    const fds = fdsOf(event.pid);
    const own = mappings.get(event.pid) ?? new Set<string>();
    mappings.set(event.pid, own);
    if (!isRelevant(event, fds, own)) continue;
    kept.push(event);
    for (const fd of fdsMade(event)) fds.add(fd);
    if (isAllocation(event) && event.out === undefined) fds.add(-1);
    if (event.call === 'mmap' && event.errno === undefined) own.add(String(event.result));
    if (event.call === 'close') fds.delete(fdOf(event) ?? -1);
    if (event.call !== 'clone' || typeof event.result !== 'number') continue;
    known.set(event.result, String(event.args[0]).includes('CLONE_FILES') ? fds : new Set(fds));
    mappings.set(event.result, own);
  }
  return kept;
}

/** An allocation whose descriptor the trace does not show makes any unknown one worth a look. */
function isRelevant(event: CallEvent, fds: ReadonlySet<number>, mappings: ReadonlySet<string>): boolean {
  const { call, args } = event;
  if (call === 'openat') return heapPath.test(String(args[1]));
  if (call === 'memfd_create' || call === 'clone' || call === 'exit_group') return true;
  if (call === 'ioctl' && /^(DMA_HEAP_|DMA_BUF_|UDMABUF_|SYNC_IOC_|SW_SYNC_)/.test(String(args[1])))
    return true;
  if (onAddresses.has(call)) return mappings.has(String(args[0]));
  const fd = fdOf(event);
  return onDescriptors.has(call) && fd !== undefined && (fds.has(fd) || (fds.has(-1) && fd > 2));
}

/** Puts a line before the first call of each process that nobody in the trace started. */
function withProcesses(events: readonly CallEvent[]): readonly TraceEvent[] {
  const started = new Set(events.flatMap(({ call, result }) => (call === 'clone' ? [result] : [])));
  const seen = new Set<number>();
  return events.flatMap((event): readonly TraceEvent[] => {
    if (seen.has(event.pid) || started.has(event.pid)) return [event];
    seen.add(event.pid);
    return [{ process: event.pid, command: 'imported', uid: 0, gid: 0, groups: [] }, event];
  });
}
