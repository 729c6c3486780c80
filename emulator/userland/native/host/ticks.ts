import { places } from './arena.ts';
import type { Host } from './host.ts';

/** How often a wait that has no time limit of its own is interrupted. */
const tickMicroseconds = 50_000;
const ITIMER_REAL = 0;
const SIGALRM = 14;

/**
 * Interrupts waits of the main thread regularly, so that the event loop gets its turn and signals their handlers. The
 * returned function ends that.
 */
export function eachTick(host: Host): () => void {
  const ignore = () => {};
  process.on('SIGALRM', ignore);
  // The event loop's handlers have interrupted calls begun anew; this one must not.
  host.library.function('int siginterrupt(int, int)')(SIGALRM, 1);
  setTimer(host, tickMicroseconds);
  return () => {
    setTimer(host, 0);
    process.off('SIGALRM', ignore);
  };
}

/** struct itimerval: interval and first time, each seconds and microseconds. */
function setTimer(host: Host, microseconds: number): void {
  const { arena } = host;
  for (const offset of [0, 16]) {
    arena.setRegister(places.limits + offset, 0);
    arena.setRegister(places.limits + offset + 8, microseconds);
  }
  const set = host.library.function('int setitimer(int, intptr_t, intptr_t)');
  set(ITIMER_REAL, arena.at(places.limits), 0);
}
