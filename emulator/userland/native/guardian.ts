import { places } from './host/arena.ts';
import type { Host } from './host/host.ts';
import { spawn } from './host/spawn.ts';

const O_CLOEXEC = 0o2000000;
const waitAll = 0x40000000;

/**
 * Waits until nobody holds the other end of its input, and kills every process whose limits carry the mark: it
 * outlives a supervisor that is killed, and the programs do not. Reads the fields of `Max realtime timeout`. The folder
 * of the run goes as well.
 */
const script = `trap '' INT TERM HUP QUIT
read line
while found=; do
  for limits in /proc/[0-9]*/limits; do
    pid=\${limits#/proc/}
    pid=\${pid%/limits}
    { while read -r a b c d e f; do
      [ "$e" = "$0" ] || continue
      while read -r key state rest; do
        [ "$key" = State: ] && [ "$state" != Z ] && kill -9 $pid && found=yes
      done </proc/$pid/status
    done <$limits; } 2>/dev/null
  done
  [ "$found" ] || break
done
rm -rf "$1"`;

/** Kills the programs of a run, also when the supervisor is not there any more to do it. */
export class Guardian {
  readonly #host: Host;
  readonly #pid: number;
  /** Nobody else holds it: it closes when this process ends, however it ends. */
  readonly #lifeline: number;
  #ended = false;

  constructor(host: Host, mark: bigint, folder: string, environment: readonly string[]) {
    this.#host = host;
    const { arena } = host;
    host.call('pipe2', arena.at(places.word), O_CLOEXEC);
    const input = arena.view.getInt32(places.word, true);
    this.#lifeline = arena.view.getInt32(places.word + 4, true);
    this.#pid = spawn(host, {
      path: '/bin/sh',
      argv: ['sh', '-c', script, mark.toString(), folder],
      environment,
      descriptors: [[input, 0]],
      ownGroup: true,
    });
    host.close(input);
  }

  /** Kills what is left of the run, and waits until it is gone. */
  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#host.close(this.#lifeline);
    if (this.#pid > 0) this.#host.wait(this.#pid, waitAll);
  }
}
