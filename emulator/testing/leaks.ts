import { formatSize } from '../base/units.ts';
import type { DmaBuf } from '../linux/drivers/dma-buf/dma-buf.ts';
import type { System } from '../whatif/system.ts';

/** A buffer that a test has left behind. */
export interface LeakedBuffer {
  /** As SET_NAME gave it; empty where it has none. */
  readonly name: string;
  readonly id: number;
  readonly heap: string;
  readonly sizeBytes: number;
  /** The line that allocated it, `file:line:column`; undefined where no line of the user's did. */
  readonly position: string | undefined;
  /** The line of the test from which that line was reached. */
  readonly testPosition: string | undefined;
  /** The stack at the allocation, from the test's own frame on. */
  readonly stack: string;
}

/** A test has ended with buffers that nobody let go. */
export class LeakError extends Error {
  override readonly name = 'LeakError';
  readonly buffers: readonly LeakedBuffer[];

  constructor(buffers: readonly LeakedBuffer[]) {
    super(buffers.map(sentence).join('\n'));
    this.buffers = buffers;
    const [first] = buffers;
    if (first !== undefined && first.stack !== '')
      this.stack = `${this.name}: ${this.message}\n${first.stack}`;
  }
}

function sentence({ name, id, heap, sizeBytes, position, testPosition }: LeakedBuffer): string {
  const title = name === '' ? `buffer ${id}` : `buffer ${id} "${name}"`;
  const origin = testPosition === position ? '' : `, by the test at ${testPosition}`;
  const place = position === undefined ? '' : `, allocated at ${position}${origin}`;
  return `${title} of heap ${heap} (${formatSize(sizeBytes)}) leaked${place}`;
}

/** Where this package's own code lies: the folder above the one of this module. */
const ownCode = new URL('..', import.meta.url);

/** The frames of a stack that are neither ours nor the platform's nor a test runner's. */
function framesOfTest(stack: string): readonly string[] {
  const own = [ownCode.href, decodeURI(ownCode.pathname)];
  return stack
    .split('\n')
    .slice(1)
    .filter((line) => line.includes('.test.') || !own.some((path) => line.includes(path)))
    .filter((line) => placeOf(line) !== undefined && !/\(?node:|node_modules[\\/]/.test(line));
}

/** `file:line:column` of a frame. */
function placeOf(frame: string | undefined): string | undefined {
  const [, place] = /\(?((?:file:\/\/)?[^() ]+:\d+:\d+)\)?$/.exec(frame ?? '') ?? [];
  return place?.replace('file://', '');
}

const lateUse =
  'the test that this board belongs to has ended; in beforeEach() of node:test pass its context: useBoard(board, { test: context })';

/** Follows the buffers of a system, and knows at any time which were left behind. */
export class LeakWatch {
  readonly #system: System;
  readonly #made = new Map<DmaBuf, string>();
  readonly #vanished: LeakedBuffer[] = [];
  #ended = false;

  constructor(system: System) {
    this.#system = system;
    system.running.dmaBufs.observe({
      exported: (buffer) => {
        if (this.#ended) throw new Error(lateUse);
        this.#made.set(buffer, stackHere());
      },
      released: (buffer, cause) => {
        if (cause === 'exit' || cause === 'killed') this.#vanished.push(this.#describe(buffer));
        this.#made.delete(buffer);
      },
    });
  }

  /** Buffers that vanished with a process instead of being let go, and those that are still held. */
  get leaked(): readonly LeakedBuffer[] {
    return [...this.#vanished, ...this.held];
  }

  /** Buffers that somebody still holds. */
  get held(): readonly LeakedBuffer[] {
    return this.#system.running.dmaBufs.live
      .filter((buffer) => this.#made.has(buffer))
      .map((buffer) => this.#describe(buffer));
  }

  /** Buffers that are allocated from now on would be missed, and are errors. */
  end(): void {
    this.#ended = true;
  }

  #describe(buffer: DmaBuf): LeakedBuffer {
    const frames = framesOfTest(this.#made.get(buffer) ?? '');
    return {
      name: buffer.nameText,
      id: buffer.id,
      heap: buffer.heapName ?? buffer.exporterName,
      sizeBytes: buffer.sizeBytes,
      position: placeOf(frames[0]),
      testPosition: placeOf(frames.at(-1)),
      stack: frames.join('\n'),
    };
  }
}

/** A stack that is deep enough to reach the test through the layers between it and the kernel. */
function stackHere(): string {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 60;
  const { stack = '' } = new Error('buffer');
  Error.stackTraceLimit = stackTraceLimit;
  return stack;
}
