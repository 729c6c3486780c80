import { showStruct } from './argument-kinds.ts';
import type { CallEvent } from './event.ts';
import { knownIoctls } from './ioctls.ts';
import type { Replayed } from './replay.ts';
import { signatureOf } from './signatures.ts';
import { callHead, resultText } from './strace-text.ts';
import { isRecord, type TraceValue } from './value.ts';

/** A call that went otherwise than in the trace. */
export interface Difference {
  /** The place in the trace, from 0: lines are counted with the header, so the line is two more. */
  readonly index: number;
  readonly pid: number;
  /** The recorded call, as strace shows it. */
  readonly call: string;
  readonly recorded: string;
  readonly seen: string;
}

/**
 * Compares what calls got. Descriptors, addresses and process numbers may be others; whether there is one may not, nor
 * any other value.
 */
export function differences(replayed: readonly Replayed[]): readonly Difference[] {
  return replayed.flatMap(({ index, recorded, seen }) => {
    const difference = seen === undefined ? 'is not made: its process is gone' : differs(recorded, seen);
    if (difference === undefined) return [];
    const wholly = { index, pid: recorded.pid, call: callHead(recorded) };
    if (seen === undefined) return [{ ...wholly, recorded: resultText(recorded), seen: difference }];
    return [{ ...wholly, recorded: shown(recorded), seen: shown(seen) }];
  });
}

/** A few words where two calls differ; undefined where they agree. */
function differs(recorded: CallEvent, seen: CallEvent): string | undefined {
  if (recorded.errno !== seen.errno) return 'errno';
  if ((recorded.result === undefined) !== (seen.result === undefined)) return 'end';
  const namesThings = signatureOf(recorded.call).result !== 'number' || makesFd(recorded);
  if (!namesThings && recorded.result !== seen.result) return 'result';
  const places = Object.keys(recorded.out ?? {});
  return places.every((place) => sameOut(recorded, recorded.out?.[place], seen.out?.[place]))
    ? undefined
    : 'out';
}

function makesFd(event: CallEvent): boolean {
  if (event.call === 'fcntl') return String(event.args[1]).startsWith('F_DUPFD');
  return event.call === 'ioctl' && requestOf(event)?.makesFd === true;
}

function requestOf(event: CallEvent) {
  return knownIoctls.find(({ name }) => name === event.args[1]);
}

function sameOut(event: CallEvent, before: TraceValue | undefined, now: TraceValue | undefined): boolean {
  if (event.call === 'pipe2' || event.call === 'clock_gettime') return true;
  if (!isRecord(before) || !isRecord(now)) return JSON.stringify(before) === JSON.stringify(now);
  const fds = new Set((requestOf(event)?.fields ?? []).filter(({ isFd }) => isFd).map(({ name }) => name));
  return Object.entries(before).every(
    ([name, value]) => fds.has(name) || JSON.stringify(value) === JSON.stringify(now[name]),
  );
}

function shown(event: CallEvent): string {
  const out = Object.values(event.out ?? {}).map(showStruct);
  return out.length === 0 ? resultText(event) : `${resultText(event)}, ${out.join(', ')}`;
}
