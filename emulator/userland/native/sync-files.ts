import { places } from './host/arena.ts';
import type { Host } from './host/host.ts';
import type { Recipient, StandIn } from './stand-in.ts';

const O_CLOEXEC = 0o2000000;
const O_NONBLOCK = 0o4000;
/** Of struct epoll_event: a writer is never readable, and the end of its last reader is always told. */
const now = 0;

interface Pipe {
  readonly standIn: StandIn;
  /** Its number in links of /proc. */
  readonly inode: number;
  readonly writer: number;
  isReady: boolean;
}

/**
 * Sync files as programs hold them: ends of pipes to read from, which the host's poll() and epoll find readable once
 * there is a byte in them. The other end is ours, and tells when the last reader is gone.
 */
export class SyncFiles {
  readonly #host: Host;
  readonly #isReady: (boardFd: number) => boolean;
  readonly #byInode = new Map<number, Pipe>();
  readonly #byWriter = new Map<number, Pipe>();
  #ends: number | undefined;

  /** `isReady` asks the board whether the fence of a sync file is signalled. */
  constructor(host: Host, isReady: (boardFd: number) => boolean) {
    this.#host = host;
    this.#isReady = isReady;
  }

  /** Gives a program an end of a new pipe: its descriptor, or -errno. */
  hand(standIn: StandIn, program: Recipient): number {
    const host = this.#host;
    const { arena } = host;
    const made = host.call('pipe2', arena.at(places.word), O_CLOEXEC | O_NONBLOCK);
    if (made < 0) return made;
    const reader = arena.view.getInt32(places.word, true);
    const writer = arena.view.getInt32(places.word + 4, true);
    const inode = inodeOf(host.descriptorLink(process.pid, reader) ?? new Uint8Array());
    const pipe = { standIn, inode, writer, isReady: false };
    this.#tellOne(pipe);
    const fd = program.install(reader, O_NONBLOCK);
    host.close(reader);
    if (fd < 0) {
      host.close(writer);
      return fd;
    }
    this.#ends ??= host.call('epoll_create1', O_CLOEXEC);
    host.watchReadable(this.#ends, writer);
    this.#byInode.set(inode, pipe);
    this.#byWriter.set(writer, pipe);
    return fd;
  }

  /** What the link of a descriptor means; undefined for any but sync files. */
  named(link: Uint8Array): StandIn | undefined {
    return this.#byInode.size === 0 ? undefined : this.#byInode.get(inodeOf(link))?.standIn;
  }

  /** Has the host find those ready whose fences are signalled by now. */
  tell(): void {
    for (const pipe of this.#byInode.values()) if (!pipe.isReady) this.#tellOne(pipe);
  }

  #tellOne(pipe: Pipe): void {
    if (!this.#isReady(pipe.standIn.boardFd)) return;
    pipe.isReady = true;
    this.#host.call('write', pipe.writer, this.#host.arena.at(places.word), 1);
  }

  /** Ends those whose last descriptor and copy in flight is gone. */
  drain(): readonly StandIn[] {
    if (this.#ends === undefined || this.#byInode.size === 0) return [];
    return this.#host.readable(this.#ends, now).flatMap((writer) => this.#end(writer) ?? []);
  }

  #end(writer: number): StandIn | undefined {
    const pipe = this.#byWriter.get(writer);
    if (pipe === undefined) return undefined;
    this.#byWriter.delete(writer);
    this.#byInode.delete(pipe.inode);
    this.#host.close(writer);
    return pipe.standIn;
  }

  end(): void {
    for (const writer of this.#byWriter.keys()) this.#host.close(writer);
    if (this.#ends !== undefined) this.#host.close(this.#ends);
  }
}

const prefix = 'pipe:[';

/** The number in `pipe:[17]`, or -1. */
function inodeOf(link: Uint8Array): number {
  for (let at = 0; at < prefix.length; at += 1) if (link[at] !== prefix.charCodeAt(at)) return -1;
  let inode = 0;
  for (let at = prefix.length; at < link.length - 1; at += 1) inode = inode * 10 + (link[at] ?? 48) - 48;
  return inode;
}
