import type { OpenFile } from '../fs/file.ts';
import type { Kernel } from '../init/kernel.ts';
import { UnixSocketFile } from './unix-socket.ts';

/**
 * Local sockets inside messages that nobody has received. Some of them may only refer to each other: then nobody can
 * ever receive what they hold, and it goes. Plays net/unix/garbage.c.
 * Deviations: the collector runs whenever a socket is released, and at no other time.
 */
export class UnixInFlight {
  /** How many messages in flight carry each socket. */
  readonly #counts = new Map<UnixSocketFile, number>();
  #isCollecting = false;

  /** The sockets that are in flight, whether or not anybody can receive them. */
  get sockets(): readonly UnixSocketFile[] {
    return [...this.#counts.keys()];
  }

  sent(files: readonly OpenFile[]): void {
    for (const file of files) {
      if (file instanceof UnixSocketFile) this.#counts.set(file, (this.#counts.get(file) ?? 0) + 1);
    }
  }

  received(files: readonly OpenFile[]): void {
    for (const file of files) {
      if (!(file instanceof UnixSocketFile)) continue;
      const left = (this.#counts.get(file) ?? 1) - 1;
      if (left === 0) this.#counts.delete(file);
      else this.#counts.set(file, left);
    }
  }

  /** unix_gc(): drops the messages of sockets that nobody can reach. */
  collect(kernel: Kernel): void {
    if (this.#counts.size === 0 || this.#isCollecting) return;
    this.#isCollecting = true;
    for (const socket of this.#garbage()) socket.dropMessages(kernel);
    this.#isCollecting = false;
  }

  #garbage(): ReadonlySet<UnixSocketFile> {
    const suspects = new Set<UnixSocketFile>();
    for (const [socket, count] of this.#counts) if (socket.references === count) suspects.add(socket);
    const amongThem = new Map<OpenFile, number>();
    for (const socket of suspects) {
      for (const file of socket.filesInFlight) amongThem.set(file, (amongThem.get(file) ?? 0) + 1);
    }
    const reachable = [...suspects].filter(
      (socket) => (this.#counts.get(socket) ?? 0) > (amongThem.get(socket) ?? 0),
    );
    for (let socket = reachable.pop(); socket !== undefined; socket = reachable.pop()) {
      if (!suspects.delete(socket)) continue;
      for (const file of socket.filesInFlight) if (file instanceof UnixSocketFile) reachable.push(file);
    }
    return suspects;
  }
}
