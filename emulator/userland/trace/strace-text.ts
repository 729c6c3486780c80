import { type CallEvent, isCall, type TraceEvent } from './event.ts';
import { signatureOf } from './signatures.ts';
import { strerror } from './strerror.ts';

/** Where strace writes the result of a call: the column of `= `. */
const resultColumn = 39;

/** Writes the lines that strace writes, with the number of the process once there are several. */
export class StraceText {
  readonly #pids = new Set<number>();

  /** One line; undefined where strace would say nothing. */
  line(event: TraceEvent): string | undefined {
    this.#pids.add('process' in event ? event.process : event.pid);
    if ('process' in event) return undefined;
    const prefix = this.#pids.size > 1 ? `[pid ${String(event.pid).padStart(5)}] ` : '';
    if (isCall(event)) return `${prefix}${callText(event)}`;
    return `${prefix}${typeof event.exit === 'number' ? `+++ exited with ${event.exit} +++` : `+++ killed by ${event.exit} +++`}`;
  }
}

/** `close(3) = 0`, aligned as strace aligns it. */
function callText(event: CallEvent): string {
  return `${callHead(event).padEnd(resultColumn)} = ${resultText(event)}`;
}

/** The call without its result. */
export function callHead({ call, args, out }: CallEvent): string {
  const kinds = signatureOf(call).arguments;
  const shown = args.map((value, index) => kinds[index]?.show(value, out?.[String(index)]) ?? String(value));
  return `${call}(${shown.join(', ')})`;
}

/** What follows `= `. */
export function resultText({ result, errno }: Pick<CallEvent, 'result' | 'errno'>): string {
  if (errno !== undefined) return `-1 ${errno} (${strerror(errno)})`;
  return result === undefined ? '?' : String(result);
}
