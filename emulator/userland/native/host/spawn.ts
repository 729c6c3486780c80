import { places } from './arena.ts';
import type { Host } from './host.ts';

/** A program that is to be started beside this one. */
export interface SpawnRequest {
  readonly path: string;
  readonly argv: readonly string[];
  readonly environment: readonly string[];
  /** Descriptors of ours that it gets as others: [ours, its]. */
  readonly descriptors: readonly (readonly [number, number])[];
  /** Whether it leads a process group of its own, which the terminal's signals do not reach. */
  readonly ownGroup: boolean;
}

/** Room that the C library's opaque structures certainly fit in. */
const opaqueBytes = 1024;
const resetSignals = 0x04;
const setSignalMask = 0x08;
const setGroup = 0x02;

/**
 * Starts a program by posix_spawn(), with all signals as they are by default. child_process would not do: its own
 * waiting takes away the stops of a traced child. Returns the pid, or a negative errno.
 */
export function spawn(host: Host, request: SpawnRequest): number {
  const { library } = host;
  const block = new Block(host, request);
  const attributes = block.reserve(opaqueBytes);
  const actions = block.reserve(opaqueBytes);
  const signals = block.reserve(128);
  library.function('int posix_spawnattr_init(intptr_t)')(attributes);
  library.function('int posix_spawnattr_setsigmask(intptr_t, intptr_t)')(attributes, signals);
  block.fill(signals, 128, 0xff);
  library.function('int posix_spawnattr_setsigdefault(intptr_t, intptr_t)')(attributes, signals);
  const flags = resetSignals | setSignalMask | (request.ownGroup ? setGroup : 0);
  library.function('int posix_spawnattr_setflags(intptr_t, short)')(attributes, flags);
  library.function('int posix_spawn_file_actions_init(intptr_t)')(actions);
  const duplicate = library.function('int posix_spawn_file_actions_adddup2(intptr_t, int, int)');
  for (const [ours, its] of request.descriptors) duplicate(actions, ours, its);
  const start = library.function(
    'int posix_spawn(intptr_t, intptr_t, intptr_t, intptr_t, intptr_t, intptr_t)',
  );
  const path = block.string(request.path);
  const argv = block.strings(request.argv);
  const environment = block.strings(request.environment);
  const failure = start(host.arena.at(places.word), path, actions, attributes, argv, environment);
  block.free();
  return failure === 0 ? host.arena.view.getInt32(places.word, true) : -failure;
}

const encoder = new TextEncoder();

/** Memory for one start: structures, strings, and arrays of pointers to them. */
class Block {
  readonly #base: number;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #free: () => void;
  #used = 0;

  constructor(host: Host, { path, argv, environment }: SpawnRequest) {
    const strings = [path, ...argv, ...environment].reduce((sum, text) => sum + text.length * 3 + 9, 0);
    const size = Math.ceil((strings * 2 + 4 * opaqueBytes) / 4096) * 4096;
    this.#base = host.call('mmap', 0, size, 3, 0x22, -1, 0);
    if (this.#base < 0) throw new Error('no memory to start a program');
    const buffer = host.library.view(this.#base, size);
    this.#bytes = new Uint8Array(buffer);
    this.#view = new DataView(buffer);
    this.#free = () => host.library.function('int munmap(intptr_t, intptr_t)')(this.#base, size);
  }

  reserve(size: number): number {
    const address = this.#base + this.#used;
    this.#used += Math.ceil(size / 16) * 16;
    return address;
  }

  fill(address: number, size: number, value: number): void {
    this.#bytes.fill(value, address - this.#base, address - this.#base + size);
  }

  string(text: string): number {
    const bytes = encoder.encode(`${text}\0`);
    const address = this.reserve(bytes.length);
    this.#bytes.set(bytes, address - this.#base);
    return address;
  }

  strings(texts: readonly string[]): number {
    const pointers = texts.map((text) => this.string(text));
    const address = this.reserve(8 * (pointers.length + 1));
    pointers.forEach((pointer, index) => {
      this.#view.setBigUint64(address - this.#base + 8 * index, BigInt(pointer), true);
    });
    return address;
  }

  free(): void {
    this.#free();
  }
}
