import type { Kernel } from '../linux/init/kernel.ts';
import { Process } from '../userland/process.ts';
import { type Difference, differences } from '../userland/trace/compare.ts';
import { type CallEvent, isCall, type Trace, type TraceEvent } from '../userland/trace/event.ts';
import { minimized } from '../userland/trace/minimize.ts';
import { Replay, type Replayed } from '../userland/trace/replay.ts';
import { Tracer } from '../userland/trace/tracer.ts';
import type { BootRequest } from './boot-tree.ts';
import { bootTree } from './boot-tree.ts';
import type { System } from './system.ts';

/** What a replay came to. */
export interface ReplayOutcome {
  /** How many calls were to be made again. */
  readonly calls: number;
  /** Calls that the trace does not tell enough of to make them again: a program's own start and memory. */
  readonly setAside: number;
  readonly differences: readonly Difference[];
  readonly replayed: readonly Replayed[];
  /** What was recorded while the trace was replayed. */
  readonly events: readonly TraceEvent[];
}

/** Makes the calls of a trace again on a freshly booted system. */
export function replayTrace(system: System, events: readonly TraceEvent[]): ReplayOutcome {
  const { running } = system;
  const seen: TraceEvent[] = [];
  let last: CallEvent | undefined;
  const tracer = new Tracer((event) => {
    seen.push(event);
    if (isCall(event)) last = event;
  });
  system.wrapCalls((next) => tracer.wrap(next));
  const replay = new Replay({
    spawn: ({ command, uid, gid, groups }) =>
      system.spawn({ uid, gid, groups }, command).openStandardStreams(),
    adopt: (_parent, pid) => adopted(running, system, pid),
    lastCall: () => {
      const call = last;
      last = undefined;
      return call;
    },
  });
  const replayed = replay.run(events);
  tracer.finish();
  const { setAside } = replay;
  return { calls: replayed.length, setAside, differences: differences(replayed), replayed, events: seen };
}

function adopted(kernel: Kernel, system: System, pid: number): Process | undefined {
  const task = kernel.tasks.byPid(pid);
  return task === undefined ? undefined : new Process(kernel, task, system.calls);
}

/** A trace made as small as possible in which one call still fails in the same way. */
export interface Minimized {
  readonly trace: Trace;
  /** The call that fails, and how. */
  readonly call: Difference;
  readonly callsBefore: number;
  readonly callsAfter: number;
}

/**
 * Shrinks a trace: as long as the first call that goes otherwise than recorded still does so, or, where none does, the
 * last that fails. Undefined where nothing fails at all. Each attempt boots anew.
 */
export function minimizeTrace(request: BootRequest, trace: Trace): Minimized | undefined {
  const whole = replayTrace(bootTree(request), trace.events);
  const target = failingCall(whole);
  if (target === undefined) return undefined;
  const wanted = trace.events[target.index];
  const stillFails = (events: readonly TraceEvent[]) => {
    const { replayed } = replayTrace(bootTree(request), [...starts, ...events, ...(wanted ? [wanted] : [])]);
    return replayed.at(-1)?.seen?.errno === target.errno;
  };
  const starts = trace.events.filter((event) => 'process' in event);
  const before = trace.events.slice(0, target.index).filter(isCall);
  const kept = stillFails([]) ? [] : minimized(before, stillFails);
  const calls = [...kept, ...(wanted === undefined ? [] : [wanted])];
  const used = new Set(calls.flatMap((event) => ('pid' in event ? [event.pid] : [])));
  const events = [...starts.filter((event) => 'process' in event && used.has(event.process)), ...calls];
  return {
    trace: { header: trace.header, events },
    call: target.difference,
    callsBefore: trace.events.filter(isCall).length,
    callsAfter: calls.length,
  };
}

function failingCall(outcome: ReplayOutcome) {
  const [first] = outcome.differences;
  const at = (index: number) => outcome.replayed.find((one) => one.index === index);
  if (first !== undefined)
    return { index: first.index, errno: at(first.index)?.seen?.errno, difference: first };
  const failed = outcome.replayed.findLast(({ seen }) => seen?.errno !== undefined);
  if (failed === undefined) return undefined;
  const [difference] = differences([
    { ...failed, recorded: { ...failed.recorded, errno: undefined, result: 0 } },
  ]);
  return difference === undefined
    ? undefined
    : { index: failed.index, errno: failed.seen?.errno, difference };
}
