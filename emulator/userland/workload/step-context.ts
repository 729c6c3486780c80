import { inputError } from '../../base/input-error.ts';
import type { SourcePosition } from '../../base/position.ts';
import { O_CLOEXEC, O_RDWR } from '../../linux/uapi/fcntl.ts';
import { SyscallError } from '../errors.ts';
import type { Process } from '../process.ts';
import { type Expression, ExpressionError } from './expression.ts';
import { ExpectationFailure, type ExpectedAndSeen } from './failure.ts';
import type { HandleName } from './handle-name.ts';
import { Handles, type Held, type HeldBuffer } from './handles.ts';
import { type HeapChoice, pathsOf } from './heap-choice.ts';
import type { AttachmentHeld, DeviceMemoryHeld, Identity, WorkloadHost } from './host.ts';

/** What a program counts as it goes. */
export interface Tally {
  steps: Record<string, number>;
  expectedFailures: number;
  buffers: number;
  allocatedBytes: bigint;
}

/** Starts a program of the workload as a process of its own, with values for its parameters. */
export type SpawnProgram = (
  program: string,
  values: ReadonlyMap<string, bigint>,
  position: SourcePosition,
) => void;

/** What a step works with: its process, what that holds, and the values of the names. */
export class StepContext {
  readonly process: Process;
  readonly identity: Identity;
  readonly host: WorkloadHost;
  readonly handles = new Handles();
  readonly scope: Map<string, bigint>;
  readonly tally: Tally;
  /** Where execve() finds a program of the workload. */
  readonly programPath: (program: string) => string;
  readonly spawn: SpawnProgram;
  /** Of the step that is being done. */
  position: SourcePosition;
  /** Names of the heap that the step asked for; for the explanation of a failure. */
  heapAsked: HeapChoice | undefined;
  /** The heap that the step worked on, and how much it asked for. */
  heapUsed: { readonly name: string; readonly sizeBytes: bigint } | undefined;
  /** What was said of a driver's call that failed. */
  deviceWhy: readonly string[] = [];
  /** What drivers allocated for this program, by the names that its steps gave. */
  readonly memory = new Map<string, DeviceMemoryHeld>();
  /** Buffers that devices hold for this program. */
  readonly attachments = new Map<string, AttachmentHeld>();
  /** Descriptors of heaps that steps named without opening them first. */
  readonly #openedHeaps = new Map<string, { readonly fd: number; readonly name: string }>();

  constructor(facts: {
    readonly process: Process;
    readonly identity: Identity;
    readonly host: WorkloadHost;
    readonly scope: ReadonlyMap<string, bigint>;
    readonly position: SourcePosition;
    readonly spawn: SpawnProgram;
    readonly programPath: (program: string) => string;
    /** What the process has done so far, where another program ran in it before. */
    readonly tally?: Tally;
  }) {
    this.process = facts.process;
    this.identity = facts.identity;
    this.host = facts.host;
    this.scope = new Map(facts.scope);
    this.position = facts.position;
    this.spawn = facts.spawn;
    this.programPath = facts.programPath;
    this.tally = facts.tally ?? { steps: {}, expectedFailures: 0, buffers: 0, allocatedBytes: 0n };
  }

  /** Gets ready for the next step. */
  begin(position: SourcePosition): void {
    this.position = position;
    this.heapAsked = undefined;
    this.heapUsed = undefined;
    this.deviceWhy = [];
  }

  /** The value of a formula. */
  value(expression: Expression): bigint {
    return this.#inTerms(() => expression.evaluate(this.scope));
  }

  /** The full name of a handle that a step makes; it must be free. */
  newName(name: HandleName): string {
    const full = this.#inTerms(() => name.resolve(this.scope));
    if (this.handles.get(full) === undefined) return full;
    return this.refuse(`${full} is still held; close it first, or number it: ${name.base}[i]`);
  }

  /** The full name of one handle. */
  resolved(name: HandleName): string {
    return this.#inTerms(() => name.resolve(this.scope));
  }

  /** As `newName`, for what a driver allocates. */
  newMemoryName(name: HandleName): string {
    const full = this.resolved(name);
    if (!this.memory.has(full)) return full;
    return this.refuse(`${full} is still allocated; free it first, or number it: ${name.base}[i]`);
  }

  /** Gives back what a driver allocated. */
  freeMemory(name: string): void {
    this.memory.get(name)?.free();
    this.memory.delete(name);
  }

  /** The program has ended: drivers give back what they held for it, as when their files are closed. */
  releaseDevices(): void {
    for (const attachment of this.attachments.values()) attachment.detach();
    this.attachments.clear();
    for (const name of [...this.memory.keys()]) this.freeMemory(name);
  }

  /** What a handle stands for; for a whole array all its elements. */
  held(name: HandleName): readonly Held[] {
    if (name.isWholeArray) return this.handles.array(name.base);
    const full = this.#inTerms(() => name.resolve(this.scope));
    const found = this.handles.get(full);
    return [found ?? this.refuse(`nothing called ${full} is held; ${this.#list()}`)];
  }

  /** As `held`, buffers only. */
  buffers(name: HandleName): readonly HeldBuffer[] {
    return this.held(name).map((held) =>
      held.kind === 'buffer' ? held : this.refuse(`${held.name} is a heap, not a buffer`),
    );
  }

  /** A buffer's descriptor. */
  descriptor(held: Held): number {
    return held.fd ?? this.refuse(`${held.name}'s descriptor is closed; only its mapping is left`);
  }

  /** A buffer's mapping. */
  mapping(held: HeldBuffer): NonNullable<HeldBuffer['mapping']> {
    return held.mapping ?? this.refuse(`${held.name} is not mapped; a step "map: ${held.name}" comes before`);
  }

  /** Opens the first heap of a choice that can be opened; its errors are those of the last try. */
  openHeap(
    choice: HeapChoice,
    flags: number = O_RDWR | O_CLOEXEC,
  ): { readonly fd: number; readonly name: string } {
    this.heapAsked = choice;
    const paths = pathsOf(choice, this.host.heaps());
    for (const [index, path] of paths.entries()) {
      try {
        return { fd: this.process.open(path, flags), name: nameOf(path) };
      } catch (error) {
        if (!(error instanceof SyscallError) || index === paths.length - 1) throw error;
      }
    }
    return this.refuse(`"${choice.text}" names no heap`);
  }

  /** As `openHeap`, but each choice is opened once only and stays open until the process ends. */
  sharedHeap(choice: HeapChoice): { readonly fd: number; readonly name: string } {
    const known = this.#openedHeaps.get(choice.text);
    if (known !== undefined) return known;
    const opened = this.openHeap(choice);
    this.#openedHeaps.set(choice.text, opened);
    return opened;
  }

  /** Ends the step as one whose expectation was not met. */
  unmet(difference: ExpectedAndSeen): never {
    throw new ExpectationFailure(difference);
  }

  /** Ends the run: the workload itself makes no sense here. */
  refuse(problem: string): never {
    throw inputError('workload-broken', { problem }, { position: this.position });
  }

  #inTerms<Value>(evaluate: () => Value): Value {
    try {
      return evaluate();
    } catch (error) {
      if (error instanceof ExpressionError) return this.refuse(error.message);
      throw error;
    }
  }

  #list(): string {
    const names = this.handles.names;
    return names.length === 0 ? 'nothing is' : `held are ${names.slice(0, 12).join(', ')}`;
  }
}

function nameOf(path: string): string {
  return path.replace(/^\/dev\/dma_heap\//, '');
}
