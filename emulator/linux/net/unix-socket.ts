import { OpenFile, type PollWait } from '../fs/file.ts';
import { AnonymousInode } from '../fs/inode.ts';
import type { Kernel } from '../init/kernel.ts';
import { blocked, WaitQueue } from '../kernel/sched/wait.ts';
import type { Task } from '../kernel/task.ts';
import { type Errno, errno } from '../uapi/errno.ts';
import { O_NONBLOCK, O_RDWR } from '../uapi/fcntl.ts';
import { POLLHUP, POLLIN, POLLOUT, POLLRDHUP, POLLRDNORM, POLLWRNORM } from '../uapi/poll.ts';
import { S_IFSOCK } from '../uapi/stat.ts';

/** Connected pairs of local sockets, and files that travel through them. Plays net/unix/af_unix.c. */

/** A piece of data and the files that came with it. */
export interface UnixMessage {
  readonly bytes: Uint8Array;
  readonly files: readonly OpenFile[];
}

/** Bytes that may wait in one direction: half of net.core.wmem_default, roughly. */
const capacityBytes = 106_496;

/** SOCK_STREAM merges data, the others keep messages apart. */
export type SocketKind = 'stream' | 'datagram' | 'seqpacket';

export class UnixSocketFile extends OpenFile {
  readonly kind: SocketKind;
  #peer: UnixSocketFile | undefined = undefined;
  readonly #incoming: UnixMessage[] = [];
  readonly #changed = new WaitQueue();

  constructor(kernel: Kernel, kind: SocketKind, flags: number) {
    super(new AnonymousInode(kernel.mounts.sockets, S_IFSOCK | 0o777), O_RDWR | (flags & O_NONBLOCK));
    this.kind = kind;
  }

  /** Joins two ends. */
  connect(peer: UnixSocketFile): void {
    this.#peer = peer;
    peer.#peer = this;
  }

  /** The files in messages that were sent here and not received. */
  get filesInFlight(): readonly OpenFile[] {
    return this.#incoming.flatMap(({ files }) => files);
  }

  override get canAsync(): boolean {
    return true;
  }

  override get path(): string {
    return `socket:[${this.inode.number}]`;
  }

  override read(length: number, _position: number, kernel: Kernel, task: Task): Uint8Array | Errno {
    const message = this.receive(length, kernel, task, false);
    if (typeof message === 'number') return message;
    for (const file of message.files) file.put(kernel, 'in-flight', task);
    return message.bytes;
  }

  override write(bytes: Uint8Array, _position: number, kernel: Kernel, task: Task): Errno {
    return this.send({ bytes, files: [] }, kernel, task, false);
  }

  /** Hands a message to the other end; its files have their references already. */
  send(message: UnixMessage, kernel: Kernel, task: Task, dontWait: boolean): Errno {
    const peer = this.#peer;
    if (peer === undefined) return -errno.EPIPE;
    const waiting = peer.#incoming.reduce((sum, { bytes }) => sum + bytes.length, 0);
    if (waiting > 0 && waiting + message.bytes.length > capacityBytes) return this.#sleep(task, dontWait);
    kernel.socketsInFlight.sent(message.files);
    peer.#incoming.push(message);
    peer.#changed.wakeAll();
    this.#changed.wakeAll();
    return message.bytes.length;
  }

  /** The next message; of a stream as much as is there, up to the end of the first message that has files. */
  receive(length: number, kernel: Kernel, task: Task, dontWait: boolean): UnixMessage | Errno {
    if (this.#incoming.length === 0) {
      if (this.#peer === undefined) return { bytes: new Uint8Array(0), files: [] };
      return this.#sleep(task, dontWait);
    }
    const message = this.kind === 'stream' ? this.#takeFromStream(length) : this.#takeMessage(length);
    kernel.socketsInFlight.received(message.files);
    this.#changed.wakeAll();
    if (this.#peer !== undefined) this.#peer.#changed.wakeAll();
    return message;
  }

  /** What does not fit is lost. */
  #takeMessage(length: number): UnixMessage {
    const { bytes, files } = this.#incoming.shift() ?? { bytes: new Uint8Array(0), files: [] };
    return { bytes: bytes.subarray(0, length), files };
  }

  #takeFromStream(length: number): UnixMessage {
    const parts: number[] = [];
    let files: readonly OpenFile[] = [];
    while (files.length === 0 && (parts.length < length || length === 0)) {
      const next = this.#incoming.shift();
      if (next === undefined) break;
      const room = length - parts.length;
      parts.push(...next.bytes.subarray(0, room));
      files = next.files;
      if (next.bytes.length > room) this.#incoming.unshift({ bytes: next.bytes.subarray(room), files: [] });
      if (length === 0) break;
    }
    return { bytes: Uint8Array.from(parts), files };
  }

  #sleep(task: Task, dontWait: boolean): Errno {
    if (dontWait || (this.flags & O_NONBLOCK) !== 0) return -errno.EAGAIN;
    const queues = this.#peer === undefined ? [this.#changed] : [this.#changed, this.#peer.#changed];
    task.block({ queues, deadline: undefined });
    return blocked;
  }

  override poll(_events: number, wait: PollWait | undefined): number {
    wait?.(this.#changed);
    const isOpen = this.#peer !== undefined;
    const readable = this.#incoming.length > 0 || !isOpen ? POLLIN | POLLRDNORM : 0;
    return readable | (isOpen ? POLLOUT | POLLWRNORM : POLLHUP | POLLRDHUP);
  }

  /** What was never received goes, and its files with it. */
  dropMessages(kernel: Kernel): void {
    for (const { files } of this.#incoming.splice(0)) {
      kernel.socketsInFlight.received(files);
      for (const file of files) file.put(kernel, 'in-flight');
    }
  }

  protected override release(kernel: Kernel): void {
    this.dropMessages(kernel);
    const peer = this.#peer;
    if (peer !== undefined) {
      peer.#peer = undefined;
      this.#peer = undefined;
      peer.#changed.wakeAll();
    }
    kernel.socketsInFlight.collect(kernel);
  }
}
