import type { Host } from './host/host.ts';

/** What a descriptor of a program stands for. */
export type StandInKind = 'device' | 'buffer' | 'sync-file' | 'folder' | 'file';

/** An open file of the board, for which programs hold a file of the host. */
export interface StandIn {
  readonly id: number;
  readonly kind: StandInKind;
  /** Its number in the board's table of descriptors. */
  readonly boardFd: number;
  /** The path that it was opened by; of buffers the heap's name. */
  readonly label: string;
  readonly sizeBytes: number;
  /** Told when the last descriptor, copy in flight and mapping is gone. */
  readonly onRelease: () => void;
}

interface Watched {
  readonly standIn: StandIn;
  /** A descriptor of ours by which its bytes can be read. */
  readonly bytesFd: number | undefined;
  readonly folder: string | undefined;
}

/** What a stand-in is made from. */
export interface StandInFacts {
  readonly kind: StandInKind;
  readonly boardFd: number;
  readonly label: string;
  readonly sizeBytes?: number;
  /** 0 to 3, as open() takes it. */
  readonly accessMode: number;
  readonly content?: Uint8Array;
  onRelease(standIn: StandIn): void;
}

/** A new stand-in, and a descriptor of ours to be put into the program and closed after that. */
export interface FreshStandIn {
  readonly standIn: StandIn;
  readonly fd: number;
}

const O_CLOEXEC = 0o2000000;
const inotifyNonBlocking = 0o4000;
const IN_CLOSE = 0x18;
/** A read that brings less than half of it has brought all that was there. */
const eventBytes = 65536;
const IN_Q_OVERFLOW = 0x4000;

/**
 * The files of the host that programs hold in place of the board's: files of memory named after what they stand for, so
 * that a descriptor tells by itself what it is, wherever it was copied to. inotify tells when the last one is closed.
 */
export class StandIns {
  readonly #host: Host;
  readonly #inotify: number;
  readonly #byId = new Map<number, Watched>();
  readonly #byWatch = new Map<number, Watched>();
  readonly #mark: string;
  readonly #folderRoot: string;
  readonly #folders: { make(path: string): void; remove(path: string): void };
  readonly #keepsBytes: boolean;
  readonly #tellReleased: (standIn: StandIn) => void;
  #lastId = 0;
  #overflowed = false;

  constructor(
    host: Host,
    options: {
      readonly mark: string;
      /** A folder of the host in which folders of the board have stand-ins. */
      readonly folderRoot: string;
      readonly folders: { make(path: string): void; remove(path: string): void };
      /** Whether the bytes of buffers are to be read later. */
      readonly keepsBytes: boolean;
      /** Told of each whose last reference is gone. */
      released(standIn: StandIn): void;
    },
  ) {
    this.#host = host;
    this.#mark = `#${options.mark}.`;
    this.#folderRoot = options.folderRoot;
    this.#folders = options.folders;
    this.#keepsBytes = options.keepsBytes;
    this.#tellReleased = options.released;
    this.#inotify = host.call('inotify_init1', inotifyNonBlocking | O_CLOEXEC);
    if (this.#inotify < 0) throw new Error(`inotify is refused (errno ${-this.#inotify})`);
  }

  /** Readable when something was closed. */
  get releases(): number {
    return this.#inotify;
  }

  get all(): readonly StandIn[] {
    return [...this.#byId.values()].map(({ standIn }) => standIn);
  }

  /** Whether events were lost, and releases may have been missed. */
  get overflowed(): boolean {
    return this.#overflowed;
  }

  /** Makes a stand-in; a negative errno where the host has no room for it. */
  make(facts: StandInFacts): FreshStandIn | number {
    this.#lastId += 1;
    const id = this.#lastId;
    const standIn: StandIn = {
      id,
      kind: facts.kind,
      boardFd: facts.boardFd,
      label: facts.label,
      sizeBytes: facts.sizeBytes ?? facts.content?.length ?? 0,
      onRelease: () => facts.onRelease(standIn),
    };
    return facts.kind === 'folder' ? this.#makeFolder(standIn) : this.#makeFile(standIn, facts);
  }

  #makeFile(standIn: StandIn, { accessMode, content }: StandInFacts): FreshStandIn | number {
    const host = this.#host;
    const name = `${standIn.label.slice(0, 120)}${this.#mark}${standIn.id}`;
    const original = host.memoryFile(name);
    if (original < 0) return original;
    if (content !== undefined) host.writeAt(original, content, 0);
    else if (standIn.sizeBytes > 0) host.call('ftruncate', original, standIn.sizeBytes);
    const keepsBytes = this.#keepsBytes && standIn.kind === 'buffer';
    // Of the original inotify tells nothing: since 6.14 files without a place are exempt, unless they are opened again.
    const fd = host.open(`/proc/self/fd/${original}`, accessMode | O_CLOEXEC);
    if (!keepsBytes || fd < 0) host.close(original);
    if (fd < 0) return fd;
    return this.#watch({ standIn, bytesFd: keepsBytes ? original : undefined, folder: undefined }, fd);
  }

  #makeFolder(standIn: StandIn): FreshStandIn | number {
    const O_DIRECTORY = this.#host.architecture.openFlags[0]?.[0] ?? 0o40000;
    const folder = `${this.#folderRoot}/${standIn.id}${standIn.label}`;
    this.#folders.make(folder);
    const fd = this.#host.open(folder, O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return fd;
    this.#host.call('lseek', fd, unreadPosition, 0);
    return this.#watch({ standIn, bytesFd: undefined, folder }, fd);
  }

  #watch(watched: Watched, fd: number): FreshStandIn | number {
    const { arena } = this.#host;
    const path = arena.putPath(`/proc/self/fd/${fd}`);
    const watch = this.#host.call('inotify_add_watch', this.#inotify, path, IN_CLOSE);
    if (watch < 0) {
      this.#host.close(fd);
      if (watched.bytesFd !== undefined) this.#host.close(watched.bytesFd);
      return watch;
    }
    this.#byWatch.set(watch, watched);
    this.#byId.set(watched.standIn.id, watched);
    return { standIn: watched.standIn, fd };
  }

  /** What a descriptor of a thread stands for; undefined for the host's own files. */
  at(tid: number, fd: number): StandIn | undefined {
    const link = this.#host.readLink(`/proc/${tid}/fd/${fd}`);
    return link === undefined ? undefined : this.named(link);
  }

  /** What a link of /proc means. */
  named(link: string): StandIn | undefined {
    if (link.startsWith('/memfd:')) {
      const mark = link.lastIndexOf(this.#mark);
      return mark < 0 ? undefined : this.#known(link.slice(mark + this.#mark.length));
    }
    if (!link.startsWith(this.#folderRoot)) return undefined;
    return this.#known(link.slice(this.#folderRoot.length + 1));
  }

  /** Of a number with something behind it. */
  #known(text: string): StandIn | undefined {
    return this.#byId.get(Number.parseInt(text, 10))?.standIn;
  }

  /** A buffer's bytes, piece by piece; nothing where they are not kept. */
  *bytesOf(standIn: StandIn): IterableIterator<Uint8Array> {
    const fd = this.#byId.get(standIn.id)?.bytesFd;
    if (fd === undefined) return;
    for (let done = 0; done < standIn.sizeBytes; ) {
      const part = this.#host.readAt(fd, done, standIn.sizeBytes - done);
      if (part.length === 0) return;
      done += part.length;
      yield part;
    }
  }

  /** Reads what was closed since the last time, and tells each. */
  drain(): number {
    const host = this.#host;
    let count = 0;
    for (let filled = eventBytes; filled > eventBytes / 2; ) {
      const records = host.read(this.#inotify, eventBytes);
      if (typeof records === 'number' || records.length === 0) return count;
      filled = records.length;
      const view = new DataView(records.buffer, records.byteOffset, records.length);
      const watches: number[] = [];
      for (let at = 0; at + 16 <= records.length; at += 16 + view.getUint32(at + 12, true)) {
        const mask = view.getUint32(at + 4, true);
        if ((mask & IN_Q_OVERFLOW) !== 0) this.#overflowed = true;
        if ((mask & IN_CLOSE) !== 0) watches.push(view.getInt32(at, true));
      }
      for (const watch of watches) count += this.#released(watch);
    }
    return count;
  }

  #released(watch: number): number {
    const watched = this.#byWatch.get(watch);
    if (watched === undefined) return 0;
    // The watch of a file that nobody else holds has gone with it.
    this.#forget(watched.bytesFd === undefined && watched.folder === undefined ? undefined : watch, watched);
    this.#byWatch.delete(watch);
    watched.standIn.onRelease();
    this.#tellReleased(watched.standIn);
    return 1;
  }

  /** Looks away while a descriptor of ours is closed. */
  unwatch(standIn: StandIn): void {
    for (const [watch, watched] of this.#byWatch) {
      if (watched.standIn !== standIn) continue;
      this.#byWatch.delete(watch);
      this.#host.call('inotify_rm_watch', this.#inotify, watch);
    }
  }

  /** Watches again, by a descriptor of the program; one that is closed already was the last. */
  watchAt(standIn: StandIn, path: string): void {
    const watched = this.#byId.get(standIn.id);
    if (watched === undefined) return;
    const address = this.#host.arena.putPath(path);
    const watch = this.#host.call('inotify_add_watch', this.#inotify, address, IN_CLOSE);
    if (watch >= 0) this.#byWatch.set(watch, watched);
    else {
      this.#byId.delete(standIn.id);
      standIn.onRelease();
    }
  }

  /** Takes back one that never reached a program: the caller closes its descriptor after that. */
  discard(standIn: StandIn): void {
    for (const [watch, watched] of this.#byWatch) {
      if (watched.standIn === standIn) this.#forget(watch, watched);
    }
  }

  #forget(watch: number | undefined, { standIn, bytesFd, folder }: Watched): void {
    this.#byId.delete(standIn.id);
    if (watch !== undefined) {
      this.#byWatch.delete(watch);
      this.#host.call('inotify_rm_watch', this.#inotify, watch);
    }
    if (bytesFd !== undefined) this.#host.close(bytesFd);
    if (folder !== undefined) this.#folders.remove(`${this.#folderRoot}/${standIn.id}`);
  }

  end(): void {
    for (const [watch, watched] of this.#byWatch) this.#forget(watch, watched);
    this.#host.close(this.#inotify);
  }
}

/** The host's own position in a folder that nobody has moved: any other one was asked for. */
export const unreadPosition = 0x7fff_0000;
