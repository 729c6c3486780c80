import { readFileSync } from 'node:fs';
import { inputError } from '../../../base/input-error.ts';
import { errnoName } from '../../../linux/uapi/errno.ts';
import { places } from './arena.ts';
import type { Host } from './host.ts';

/** Programs of a run have a limit of realtime of at least so many microseconds, which nobody else has. */
export const firstMark = 1n << 62n;

const O_CLOEXEC = 0o2000000;
const EMFILE = 24;
const allow = 'in a container use a seccomp profile that allows it, such as that of --cap-add SYS_PTRACE';

/**
 * Makes each call once that the supervisor cannot do without; an InputError where the host refuses one. Under another
 * supervisor it would be the other's board that programs see.
 */
export function checkHost(host: Host): void {
  const limits = readFileSync('/proc/self/limits', 'utf8');
  if (BigInt(/^Max realtime timeout\s+(\d+)/m.exec(limits)?.[1] ?? 0) >= firstMark) {
    const problem = 'this runs under exec --native already';
    throw inputError('native-impossible', { problem }, { hint: 'one board at a time: start it outside' });
  }
  const file = host.memoryFile('heapboard');
  if (file < 0) throw refused('memfd_create', file, allow);
  host.close(file);
  const inotify = host.call('inotify_init1', O_CLOEXEC);
  if (inotify < 0) {
    const hint = 'other programs of this user have them all: raise fs.inotify.max_user_instances';
    throw refused('inotify_init1', inotify, inotify === -EMFILE ? hint : allow);
  }
  host.close(inotify);
  const word = host.arena.at(places.word);
  if (host.peek(process.pid, word, 4) === undefined) throw refused('process_vm_readv', undefined, allow);
  if (!host.poke(process.pid, word, new Uint8Array(4))) throw refused('process_vm_writev', undefined, allow);
}

function refused(call: string, result: number | undefined, hint: string): Error {
  const why = result === undefined ? '' : ` (${errnoName(result) ?? -result})`;
  return inputError('native-impossible', { problem: `the host refuses ${call}()${why}` }, { hint });
}
