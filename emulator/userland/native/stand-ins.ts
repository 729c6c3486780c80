import { readHostFile } from './host/files.ts';
import type { Host } from './host/host.ts';
import { isMarked, markIn, setMark } from './marks.ts';
import type { Handed, Recipient, StandIn, StandInFacts } from './stand-in.ts';
import { SyncFiles } from './sync-files.ts';

/** A file of the host that stands for files of the board, one at a time. */
interface Place {
  /** What its name ends with. */
  readonly id: number;
  readonly label: string;
  /** A descriptor of ours that no program gets; undefined where it is not kept. */
  original: number | undefined;
  readonly folder: string | undefined;
  /** It is the program's own file, under its own name: what stands in is told by a mark that it carries. */
  readonly isShared: boolean;
  watch: number | undefined;
  /** Undefined while it waits to be used again. */
  standIn: StandIn | undefined;
}

const O_CLOEXEC = 0o2000000;
const inotifyNonBlocking = 0o4000;
const IN_CLOSE = 0x18;
/** A read that brings less than half of it has brought all that was there. */
const eventBytes = 65536;
const IN_Q_OVERFLOW = 0x4000;
const ENOENT = 2;
const ENOSPC = 28;
/** Files that have a descriptor of ours at most, used or spare. */
const mostKept = 64;
const encoder = new TextEncoder();
const decoder = new TextDecoder();
const memoryFilePrefix = encoder.encode('/memfd:');
const slash = 47;
const closingBracket = 41;
const deletedSuffixBytes = ' (deleted)'.length;

/**
 * The files of the host that programs hold in place of the board's: files of memory named after what they stand for, so
 * that a descriptor tells by itself what it is, wherever it was copied to. inotify tells when the last one is closed.
 */
export class StandIns {
  readonly #host: Host;
  readonly #inotify: number;
  readonly #places = new Map<number, Place>();
  readonly #byWatch = new Map<number, Place>();
  /** Files of buffers that are gone, by label: a new buffer takes one of them with less work than a new file. */
  readonly #spare = new Map<string, Place[]>();
  readonly #shared = new Set<Place>();
  /** How many files have a descriptor of ours. */
  #kept = 0;
  readonly #syncFiles: SyncFiles;
  readonly #mark: string;
  readonly #markBytes: Uint8Array;
  readonly #folderRoot: string;
  readonly #folders: { make(path: string): void; remove(path: string): void };
  readonly #keepsBytes: boolean;
  readonly #beforeRelease: () => void;
  readonly #tellReleased: (standIn: StandIn) => void;
  readonly #heldNow: () => ReadonlySet<StandIn>;
  #lastId = 0;
  #lastPlace = 0;
  #overflows = 0;
  #unwatched = 0;

  constructor(
    host: Host,
    options: {
      readonly mark: string;
      /** A folder of the host in which folders of the board have stand-ins. */
      readonly folderRoot: string;
      readonly folders: { make(path: string): void; remove(path: string): void };
      /** Whether the bytes of buffers are to be read later. */
      readonly keepsBytes: boolean;
      /** Whether a sync file of the board is ready. */
      isReady(boardFd: number): boolean;
      /** Told before stand-ins go whose last references are gone. */
      beforeRelease(): void;
      /** Told of each whose last reference is gone. */
      released(standIn: StandIn): void;
      /** What descriptors and mappings of programs lead to now. */
      heldNow(): ReadonlySet<StandIn>;
    },
  ) {
    this.#host = host;
    this.#syncFiles = new SyncFiles(host, options.isReady);
    this.#mark = `#${options.mark}.`;
    this.#markBytes = encoder.encode(this.#mark);
    this.#folderRoot = options.folderRoot;
    this.#folders = options.folders;
    this.#keepsBytes = options.keepsBytes;
    this.#beforeRelease = () => options.beforeRelease();
    this.#tellReleased = options.released;
    this.#heldNow = options.heldNow;
    this.#inotify = host.call('inotify_init1', inotifyNonBlocking | O_CLOEXEC);
  }

  /** Readable when something was closed. */
  get releases(): number {
    return this.#inotify;
  }

  get all(): readonly StandIn[] {
    return [...this.#places.values()].flatMap(({ standIn }) => standIn ?? []);
  }

  /** Limits of the host that were reached, in words. */
  get limitsReached(): readonly string[] {
    const overflow =
      'more was closed at once than inotify remembers (fs.inotify.max_queued_events): what was let go was found out ' +
      'afterwards, and a buffer that only lay in a socket then may count as let go';
    const exhausted = `the host had no inotify watch left (fs.inotify.max_user_watches) ${this.#unwatched} times: calls failed with ENOSPC or what they made counts as held to the end`;
    return [...(this.#overflows > 0 ? [overflow] : []), ...(this.#unwatched > 0 ? [exhausted] : [])];
  }

  /** Makes a stand-in and gives it to a program; a negative errno where host or program have no room for it. */
  hand(facts: StandInFacts, program: Recipient): Handed | number {
    const place = facts.kind === 'sync-file' ? undefined : this.#placeFor(facts);
    if (typeof place === 'number') return place;
    this.#lastId += 1;
    const standIn: StandIn = {
      id: this.#lastId,
      place: place?.id ?? 0,
      kind: facts.kind,
      boardFd: facts.boardFd,
      label: facts.label,
      sizeBytes: facts.sizeBytes ?? facts.content?.length ?? 0,
      onRelease: () => facts.onRelease(standIn),
    };
    const fd =
      place === undefined
        ? this.#syncFiles.hand(standIn, program)
        : this.#handPlace(place, standIn, facts, program);
    return fd < 0 ? fd : { standIn, fd };
  }

  #handPlace(place: Place, standIn: StandIn, facts: StandInFacts, program: Recipient): number {
    place.standIn = standIn;
    return program.reopens ? this.#handName(place, facts, program) : this.#handFile(place, facts, program);
  }

  #placeFor(facts: StandInFacts): Place | number {
    if (facts.shared !== undefined) return this.#share(facts.label, facts.shared);
    return facts.kind === 'folder' ? this.#makeFolder(facts) : this.#fileFor(facts);
  }

  /** Where buffers are concerned a file that is known already, with nothing in it; a fresh one otherwise. */
  #fileFor(facts: StandInFacts): Place | number {
    const host = this.#host;
    const isBuffer = facts.kind === 'buffer';
    const spare = isBuffer ? this.#spare.get(facts.label)?.pop() : undefined;
    const place = spare ?? this.#makeFile(facts.label);
    if (typeof place === 'number') return place;
    const { original = -1 } = place;
    if (facts.content !== undefined) host.writeAt(original, facts.content, 0);
    else if (isBuffer) host.call('ftruncate', original, facts.sizeBytes ?? 0);
    if (spare !== undefined || !isBuffer || !this.#mayKeep()) return place;
    const watched = this.#keep(place, original);
    return watched < 0 ? watched : place;
  }

  /** Whether there is room for one more descriptor of ours. */
  #mayKeep(): boolean {
    if (this.#keepsBytes || this.#kept < mostKept) return true;
    for (const [label, spares] of this.#spare) {
      const place = spares.pop();
      if (spares.length === 0) this.#spare.delete(label);
      if (place === undefined) continue;
      this.#forget(place);
      return true;
    }
    return false;
  }

  #makeFile(label: string): Place | number {
    const id = this.#newId();
    const original = this.#host.memoryFile(`${label.slice(0, 120)}${this.#mark}${id}`);
    return original < 0 ? original : this.#add({ id, label, original, folder: undefined, isShared: false });
  }

  #makeFolder({ label }: StandInFacts): Place | number {
    const O_DIRECTORY = this.#host.architecture.openFlags[0]?.[0] ?? 0o40000;
    const id = this.#newId();
    const folder = `${this.#folderRoot}/${id}${label}`;
    this.#folders.make(folder);
    const original = this.#host.open(folder, O_DIRECTORY | O_CLOEXEC);
    if (original < 0) return original;
    this.#host.call('lseek', original, unreadPosition, 0);
    return this.#add({ id, label, original, folder, isShared: false });
  }

  #share(label: string, original: number): Place | number {
    const place = this.#add({ id: this.#newId(), label, original, folder: undefined, isShared: true });
    const watched = this.#keep(place, original);
    if (watched < 0) return watched;
    this.#shared.add(place);
    return place;
  }

  /** Watches a file of which we keep a descriptor: 0, or -errno and it is gone. */
  #keep(place: Place, original: number): number {
    const watched = this.#watch(place, this.#host.arena.putDescriptorPath(process.pid, original));
    if (watched < 0) this.#forget(place);
    else this.#kept += 1;
    return watched;
  }

  #newId(): number {
    this.#lastPlace += 1;
    return this.#lastPlace;
  }

  #add(facts: Pick<Place, 'id' | 'label' | 'original' | 'folder' | 'isShared'>): Place {
    const place = { ...facts, watch: undefined, standIn: undefined };
    this.#places.set(place.id, place);
    return place;
  }

  /** Watches a file by a path that leads to it: 0, or -errno. */
  #watch(place: Place, path: number): number {
    const watch = this.#host.call('inotify_add_watch', this.#inotify, path, IN_CLOSE);
    if (watch === -ENOSPC) this.#unwatched += 1;
    if (watch < 0) return watch;
    place.watch = watch;
    this.#byWatch.set(watch, place);
    return 0;
  }

  /**
   * Puts an open file into a program. Of the original inotify tells nothing: since 6.14 files without a place are
   * exempt, unless they are opened again. Before, it would tell of its end as well: an original that is not kept is
   * closed before the file is watched.
   */
  #handFile(place: Place, { accessMode }: StandInFacts, program: Recipient): number {
    const host = this.#host;
    const { original = -1, folder } = place;
    const fd = folder === undefined ? host.reopen(original, accessMode | O_CLOEXEC) : original;
    if (fd < 0) {
      this.#forget(place);
      return fd;
    }
    let failed = 0;
    if (place.watch === undefined) {
      if (fd !== original) host.close(original);
      place.original = undefined;
      failed = this.#watch(place, host.arena.putDescriptorPath(process.pid, fd));
    }
    if (place.isShared) failed = setMark(host, fd, place.id);
    const theirs = failed < 0 ? failed : program.install(fd, accessMode);
    if (theirs < 0) this.#forget(place);
    host.close(fd);
    return theirs;
  }

  /** Has a program open the original. One that is not kept is watched by what the program has got. */
  #handName(place: Place, { accessMode }: StandInFacts, program: Recipient): number {
    const host = this.#host;
    const { original = -1 } = place;
    const theirs = program.install(original, accessMode);
    const marked = theirs >= 0 && place.isShared ? this.#markIn(program, theirs, place.id) : theirs;
    if (marked < 0) {
      this.#forget(place);
      return marked;
    }
    if (place.watch !== undefined) return theirs;
    host.close(original);
    place.original = undefined;
    // Where it is closed already, it was the last.
    if (this.#watch(place, host.arena.putPath(program.linkOf(theirs))) === -ENOENT) this.#end(place);
    return theirs;
  }

  /** Marks an open file of a program. */
  #markIn(program: Recipient, fd: number, id: number): number {
    const host = this.#host;
    const pidFd = host.call('pidfd_open', program.pid, 0);
    const copy = pidFd < 0 ? pidFd : host.call('pidfd_getfd', pidFd, fd, 0);
    if (pidFd >= 0) host.close(pidFd);
    if (copy < 0) return copy;
    const marked = setMark(host, copy, id);
    host.close(copy);
    return marked;
  }

  /** What a descriptor of a thread stands for; undefined for the host's own files. */
  at(tid: number, fd: number): StandIn | undefined {
    const link = this.#host.descriptorLink(tid, fd);
    if (link === undefined) return undefined;
    if (link[0] !== slash) return this.#syncFiles.named(link);
    if (!startsWith(link, memoryFilePrefix)) return this.named(decoder.decode(link));
    const id = numberBehind(link, this.#markBytes);
    return id < 0 && this.#shared.size > 0 ? this.#markedAt(tid, fd) : this.#known(id);
  }

  /** Of the program's own files: what a mark on the open file says. */
  #markedAt(tid: number, fd: number): StandIn | undefined {
    const id = markIn(readHostFile(`/proc/${tid}/fdinfo/${fd}`) ?? '');
    return id === undefined ? undefined : this.#known(id);
  }

  /** What a link of /proc means. */
  named(link: string): StandIn | undefined {
    if (link.startsWith('/memfd:')) {
      const mark = link.lastIndexOf(this.#mark);
      return mark < 0 ? undefined : this.#known(Number.parseInt(link.slice(mark + this.#mark.length), 10));
    }
    if (!link.startsWith(this.#folderRoot)) return undefined;
    return this.#known(Number.parseInt(link.slice(this.#folderRoot.length + 1), 10));
  }

  #known(id: number): StandIn | undefined {
    return this.#places.get(id)?.standIn;
  }

  /** A buffer's bytes, piece by piece; nothing where they are not kept. */
  *bytesOf(standIn: StandIn): IterableIterator<Uint8Array> {
    const fd = this.#places.get(standIn.place)?.original;
    if (fd === undefined) return;
    for (let done = 0; done < standIn.sizeBytes; ) {
      const part = this.#host.readAt(fd, done, standIn.sizeBytes - done);
      if (part.length === 0) return;
      done += part.length;
      yield part;
    }
  }

  /** Has the host find those sync files ready whose fences are signalled by now. */
  tellReady(): void {
    this.#syncFiles.tell();
  }

  /** Reads what was closed since the last time, and tells each. */
  drain(): number {
    const host = this.#host;
    const overflows = this.#overflows;
    let count = 0;
    for (let filled = eventBytes; filled > eventBytes / 2; ) {
      const records = host.read(this.#inotify, eventBytes);
      if (typeof records === 'number' || records.length === 0) break;
      filled = records.length;
      const view = new DataView(records.buffer, records.byteOffset, filled);
      const watches: number[] = [];
      for (let at = 0; at + 16 <= filled; at += 16 + view.getUint32(at + 12, true)) {
        const mask = view.getUint32(at + 4, true);
        if ((mask & IN_Q_OVERFLOW) !== 0) this.#overflows += 1;
        if ((mask & IN_CLOSE) !== 0) watches.push(view.getInt32(at, true));
      }
      if (watches.length > 0) this.#beforeRelease();
      for (const watch of watches) count += this.#released(watch);
    }
    if (this.#overflows !== overflows) count += this.#catchUp();
    for (const standIn of this.#syncFiles.drain()) {
      this.#tell(standIn);
      count += 1;
    }
    // Of a file that the program has by another way too, a close says little: the mark goes with the last reference.
    for (const place of this.#shared) {
      if (place.original === undefined || isMarked(host, place.original, place.id)) continue;
      this.#end(place);
      count += 1;
    }
    return count;
  }

  /** Ends what was closed and nobody told: its watch has gone with it, or, where we keep a descriptor, nobody holds it. */
  #catchUp(): number {
    const watches = watchesOf(this.#inotify);
    const held = this.#heldNow();
    let count = 0;
    for (const place of [...this.#places.values()]) {
      const { standIn, watch, original, isShared } = place;
      if (standIn === undefined || watch === undefined || isShared || standIn.kind === 'folder') continue;
      if (original === undefined ? watches.has(watch) : held.has(standIn)) continue;
      this.#end(place);
      count += 1;
    }
    return count;
  }

  #released(watch: number): number {
    const place = this.#byWatch.get(watch);
    if (place?.standIn === undefined || place.isShared) return 0;
    this.#end(place);
    return 1;
  }

  /** Nobody holds it any more: the file waits for the next buffer, or goes. */
  #end(place: Place): void {
    const { standIn, original, label, isShared } = place;
    place.standIn = undefined;
    if (standIn?.kind === 'buffer' && original !== undefined && !isShared && this.#kept <= mostKept) {
      this.#host.call('ftruncate', original, 0);
      const spares = this.#spare.get(label);
      if (spares === undefined) this.#spare.set(label, [place]);
      else spares.push(place);
    } else this.#forget(place);
    if (standIn !== undefined) this.#tell(standIn);
  }

  #tell(standIn: StandIn): void {
    standIn.onRelease();
    this.#tellReleased(standIn);
  }

  /** Looks at a file no more, and lets go of it. The watch of one that nobody holds has gone by itself. */
  #forget(place: Place): void {
    const { id, watch, original, folder } = place;
    this.#places.delete(id);
    this.#shared.delete(place);
    if (watch !== undefined) {
      this.#byWatch.delete(watch);
      if (original !== undefined) this.#kept -= 1;
      if (original !== undefined || folder !== undefined) {
        this.#host.call('inotify_rm_watch', this.#inotify, watch);
      }
    }
    if (original !== undefined) this.#host.close(original);
    if (folder !== undefined) this.#folders.remove(`${this.#folderRoot}/${id}`);
  }

  end(): void {
    this.#syncFiles.end();
    for (const place of this.#places.values()) this.#forget(place);
    this.#host.close(this.#inotify);
  }
}

/** The watches that an inotify descriptor of ours still has. */
function watchesOf(inotify: number): ReadonlySet<number> {
  const facts = readHostFile(`/proc/self/fdinfo/${inotify}`) ?? '';
  return new Set(
    [...facts.matchAll(/^inotify wd:([0-9a-f]+)/gm)].map(([, number = '']) => Number.parseInt(number, 16)),
  );
}

function startsWith(bytes: Uint8Array, prefix: Uint8Array): boolean {
  for (let at = 0; at < prefix.length; at += 1) if (bytes[at] !== prefix[at]) return false;
  return true;
}

/** The number that stands behind a mark, before the words that a link of a file without a place ends with; -1 for none. */
function numberBehind(link: Uint8Array, mark: Uint8Array): number {
  let at = link.length - (link[link.length - 1] === closingBracket ? deletedSuffixBytes : 0) - 1;
  let value = 0;
  for (let unit = 1; at >= 0; unit *= 10, at -= 1) {
    const digit = (link[at] ?? 0) - 48;
    if (digit < 0 || digit > 9) break;
    value += digit * unit;
  }
  for (let index = mark.length - 1; index >= 0; index -= 1, at -= 1) {
    if (link[at] !== mark[index]) return -1;
  }
  return value;
}

/** The host's own position in a folder that nobody has moved: any other one was asked for. */
export const unreadPosition = 0x7fff_0000;
