import { readFileSync } from 'node:fs';

/** Signals that a terminal sends to everybody in its foreground. */
const keyboardSignals: ReadonlySet<NodeJS.Signals> = new Set(['SIGINT', 'SIGQUIT']);

/** The process group of a process and the one in its terminal's foreground; undefined where it is gone. */
function groupsOf(pid: number | 'self') {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { own: fields[2], foreground: fields[5] };
  } catch {
    return undefined;
  }
}

/**
 * Whether a signal that this process got came to the program as well: keys of a terminal go to all of its foreground
 * group, whatever stdin is. A program in a group of its own is told by nobody but us.
 */
export function hasReached(signal: NodeJS.Signals, program: number): boolean {
  if (!keyboardSignals.has(signal)) return false;
  const [ours, its] = [groupsOf('self'), groupsOf(program)];
  return ours !== undefined && ours.own === ours.foreground && its?.own === ours.own;
}
