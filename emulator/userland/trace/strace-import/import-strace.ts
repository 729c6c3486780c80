import { inputError } from '../../../base/input-error.ts';
import { CLONE_THREAD } from '../../../linux/uapi/sched.ts';
import type { CallEvent, Trace, TraceEvent } from '../event.ts';
import { requestNumber } from '../ioctl-argument.ts';
import { fdsMade } from '../replay.ts';
import { signatureOf } from '../signatures.ts';
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
  const [, raw = '0'] = /flags=(0x[0-9a-f]+)/.exec(args.join()) ?? [];
  return args.some((part) => part.includes('CLONE_THREAD')) || (Number(raw) & CLONE_THREAD) !== 0
    ? 'CLONE_VM|CLONE_FS|CLONE_FILES|CLONE_SIGHAND|CLONE_THREAD'
    : '0x11';
}

const heapPath = /^\/dev\/(dma_heap\/|udmabuf$)|^\/sys\/kernel\/debug\/sync\//;

/** Reads the output of `strace -f`; keeps what has to do with heaps, buffers and memfds. */
export function importStrace(text: string, file: string): ImportedTrace {
  const calls = readCalls(text, file);
  if (calls.length === 0)
    throw inputError('trace-broken', { problem: 'there is no call in it' }, { position: { file, line: 1 } });
  const alone = pidOfUnnamed(calls);
  const events = calls.map((call) => eventOf(call, alone));
  const kept = keepRelevant(events);
  const { events: complete, remarks } = inferArguments(kept, events);
  return {
    trace: { header: { heapboardTrace: 1 }, events: withProcesses(complete) },
    callsRead: calls.length,
    remarks,
  };
}

/** What strace says in the midst of a call whose line it has begun. */
const announcement = /(?<=[^\n])strace: Process \d+ attached\n/g;
const startsProcesses = /^(clone3?|v?fork)$/;

/** The calls in the order in which they ended; those that start processes in the order in which they began. */
function readCalls(text: string, file: string): readonly ForeignCall[] {
  const calls: (ForeignCall | undefined)[] = [];
  const begun = new Map<number | undefined, { readonly head: string; readonly place: number | undefined }>();
  for (const [index, line] of text.replaceAll(announcement, '').split('\n').entries()) {
    const parsed = parseStraceLine(line);
    if (parsed === undefined) {
      const problem = 'this is no line of strace output';
      throw inputError('trace-broken', { problem }, { position: { file, line: index + 1 } });
    }
    if (parsed.kind === 'begun') {
      const place = startsProcesses.test(parsed.name) ? calls.push(undefined) - 1 : undefined;
      begun.set(parsed.pid, { head: `${parsed.name}(${parsed.text}`, place });
    } else if (parsed.kind === 'resumed') {
      // A process is named only while there are others beside it.
      const pid = begun.has(parsed.pid) ? parsed.pid : onlyKey(begun, parsed);
      const start = begun.get(pid);
      begun.delete(pid);
      const call = start && rejoined(start.head, { ...parsed, pid: parsed.pid ?? pid });
      if (call?.kind === 'call') calls[start?.place ?? calls.length] = call;
    } else if (parsed.kind === 'exit') begun.delete(parsed.pid);
    else if (parsed.kind === 'call') calls.push(parsed);
  }
  return calls.flatMap((call) => (call === undefined ? [] : [call]));
}

/** The process whose call of that name has begun, where there is just one. */
function onlyKey(
  begun: ReadonlyMap<number | undefined, { readonly head: string }>,
  { name }: { readonly name: string },
): number | undefined {
  const [[pid] = [undefined], ...others] = [...begun].filter(([, { head }]) => head.startsWith(`${name}(`));
  return others.length === 0 ? pid : undefined;
}

/** strace names a process only while it sees others: the one without a name is the one that nobody started. */
function pidOfUnnamed(calls: readonly ForeignCall[]): number {
  const children = new Set(
    calls.flatMap(({ name, result }) => (startsProcesses.test(name) ? [Number.parseInt(result, 10)] : [])),
  );
  return calls.find(({ pid }) => pid !== undefined && !children.has(pid))?.pid ?? 1;
}

function rejoined(
  head: string,
  { pid, text }: Extract<StraceLine, { readonly kind: 'resumed' }>,
): StraceLine | undefined {
  const separator = /[({,]$/.test(head) || /^[)}]/.test(text) ? '' : ', ';
  return parseCall(`${head}${separator}${text}`, pid);
}

function eventOf({ pid, name, args, result }: ForeignCall, alone: number): CallEvent {
  const [call, words] = aliases[name]?.(args) ?? [name, args];
  const values = words.map(parseValue);
  const out = values.flatMap(({ out: left }, index): readonly (readonly [string, TraceValue])[] =>
    left === undefined ? [] : [[String(index), left]],
  );
  const [, errno] = /^-1 (E[A-Z0-9]+)/.exec(result) ?? [];
  const value = errno === undefined && !result.startsWith('?') ? resultOf(result) : undefined;
  return {
    pid: pid ?? alone,
    call,
    args: values.map((one, index) => inWords(call, index, one.value)),
    ...(errno === undefined ? {} : { errno }),
    ...(value === undefined ? {} : { result: value }),
    ...(out.length === 0 ? {} : { out: Object.fromEntries(out) }),
  };
}

/** A number where strace may be told to show one, in words: flags, requests. */
function inWords(call: string, index: number, value: TraceValue): TraceValue {
  const isRequest = call === 'ioctl' && index === 1;
  const number = isRequest ? requestNumber(value) : Number(numberOf(value) ?? Number.NaN);
  if (number === undefined || Number.isNaN(number)) return value;
  const registers = Array.from({ length: index + 1 }, () => number);
  const read = signatureOf(call).arguments[index]?.read(
    { registers, result: 0, peek: () => undefined },
    index,
  );
  return typeof read === 'string' && !read.startsWith('0x') ? read : value;
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
