import type { SourcePosition } from '../../base/position.ts';
import { ProcessEnded, ProgramReplaced, SyscallError } from '../errors.ts';
import type { Process } from '../process.ts';
import { mishapOf } from './failure.ts';
import type { Identity, WorkloadHost } from './host.ts';
import { type Failure, killedBy, type ProcessOutcome } from './outcome.ts';
import { FunctionImage, interleaved, type ProgramMain, type ProgramTools } from './program-tools.ts';
import type { Actor } from './schedule.ts';
import type { AtWork } from './usage.ts';
import { explainCall } from './why.ts';

export type { ProgramMain, ProgramTools } from './program-tools.ts';

/** A program written in TypeScript or JavaScript. */
export interface Program {
  readonly name: string;
  readonly file: string;
  readonly main: ProgramMain;
}

/** Starts a program in a process that exists already, beside the one that asks. */
export type SpawnBeside = (program: Program, process: Process, isThread: boolean) => void;

/** A program module as one that takes turns: it works until it asks for the next turn, or ends. */
export class ProgramActor implements Actor {
  readonly name: string;
  readonly failures: Failure[] = [];
  /** True once something that it threw has ended it. */
  gaveUp = false;
  readonly #program: Program;
  readonly #process: Process;
  readonly #identity: Identity;
  readonly #host: WorkloadHost;
  readonly #spawn: SpawnBeside;
  readonly #isThread: boolean;
  #started = false;
  #exitCode: number | undefined;
  /** Lets the program go on after `turn()`. */
  #resume: (() => void) | undefined;
  /** Ends the turn that is being taken, well or by a mistake of ours. */
  #endTurn: () => void = () => {};
  #breakTurn: (error: unknown) => void = () => {};

  constructor(facts: {
    readonly name: string;
    readonly program: Program;
    readonly process: Process;
    readonly identity: Identity;
    readonly host: WorkloadHost;
    readonly spawn: SpawnBeside;
    readonly isThread?: boolean;
  }) {
    this.name = facts.name;
    this.#program = facts.program;
    this.#process = facts.process;
    this.#identity = facts.identity;
    this.#host = facts.host;
    this.#spawn = facts.spawn;
    this.#isThread = facts.isThread ?? false;
  }

  get process(): Process {
    return this.#process;
  }

  get isDone(): boolean {
    return this.#exitCode !== undefined;
  }

  get isReady(): boolean {
    return !this.#process.isWaiting;
  }

  /** Nobody will ever wake it. */
  abandon(): void {
    this.#fail('waits, and nothing that is set to happen would wake it');
  }

  turn(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#endTurn = resolve;
      this.#breakTurn = reject;
      if (this.#started) {
        this.#resume?.();
        return;
      }
      this.#started = true;
      this.#run().then(
        () => this.#endTurn(),
        (error: unknown) => this.#breakTurn(error),
      );
    });
  }

  get atWork(): AtWork {
    const position = positionIn(deepStack(), this.#program.file);
    return { process: this.name, position, step: undefined };
  }

  get outcome(): ProcessOutcome {
    return {
      name: this.name,
      job: this.name,
      file: this.#program.file,
      pid: this.#process.pid,
      uid: this.#identity.uid,
      exitCode: this.#exitCode,
      signal: killedBy(this.#process),
      steps: {},
      expectedFailures: 0,
      buffers: 0,
      allocatedBytes: 0,
    };
  }

  async #run(): Promise<void> {
    const exitCode = await this.#execute(this.#program.main, [this.#program.name], []);
    if (this.#process.isAlive) {
      if (this.#isThread) this.#process.exitThread(exitCode);
      else this.#process.exit(exitCode);
    }
    this.#exitCode = exitCode;
    const isSilent = this.failures.length === 0;
    if (exitCode !== 0 && isSilent) this.#fail(`ended with exit code ${exitCode}`);
  }

  /** Runs a program to its end, and those that it puts in its own place. */
  async #execute(
    main: ProgramMain,
    argv: readonly string[],
    environment: readonly string[],
  ): Promise<number> {
    try {
      return this.#codeOf(await main(this.#process, this.#tools(argv, environment)));
    } catch (error) {
      if (error instanceof ProgramReplaced) return this.#becomes(error);
      const status = error instanceof ProcessEnded ? error.status : undefined;
      if (status?.kind === 'exited') return status.code;
      this.#giveUp(error);
      return 1;
    }
  }

  #becomes({ executed }: ProgramReplaced): Promise<number> | number {
    const { image, path, argv, environment } = executed;
    if (image instanceof FunctionImage) return this.#execute(image.main, argv, environment);
    this.#giveUp(new Error(`${path} is no program that can run here`));
    return 1;
  }

  #tools(argv: readonly string[], environment: readonly string[]): ProgramTools {
    const turn = () =>
      new Promise<void>((resume) => {
        this.#resume = resume;
        this.#endTurn();
      });
    const start = (process: Process, main: ProgramMain, isThread: boolean) => {
      this.#spawn({ ...this.#program, main }, process, isThread);
      return process.pid;
    };
    return {
      turn,
      calls: interleaved(this.#process, turn),
      fork: (main) => start(this.#process.fork(), main, false),
      thread: (main) => start(this.#process.thread(), main, true),
      argv,
      environment,
    };
  }

  #codeOf(returned: unknown): number {
    if (returned === undefined) return 0;
    if (typeof returned === 'number' && Number.isInteger(returned)) return returned & 0xff;
    this.#giveUp(new TypeError(`returned ${String(returned)}, which is no exit code`));
    return 1;
  }

  #giveUp(error: unknown): void {
    const isError = error instanceof Error;
    const position = isError ? positionIn(error.stack, this.#program.file) : undefined;
    const problem = isError ? error.message : String(error);
    this.gaveUp = true;
    const mishap = mishapOf(error);
    const path = error instanceof SyscallError ? error.path : undefined;
    this.#fail(problem, position, mishap?.code, explainCall(mishap?.code, path, this.#host));
  }

  #fail(problem: string, position?: SourcePosition, code?: string, why: readonly string[] = []): void {
    this.failures.push({
      process: this.name,
      job: this.name,
      position: position ?? { file: this.#program.file, line: 1 },
      step: 'program',
      problem,
      code,
      difference: undefined,
      isUnknownHeap: false,
      why,
    });
  }
}

/** Where we are, deep enough to reach the program through the layers between it and the kernel. */
function deepStack(): string | undefined {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 60;
  const { stack } = new Error();
  Error.stackTraceLimit = stackTraceLimit;
  return stack;
}

/** The innermost place of a file in an error's stack. */
export function positionIn(stack: string | undefined, file: string): SourcePosition | undefined {
  for (const line of stack?.split('\n') ?? []) {
    const match = /:(\d+):(\d+)\)?$/.exec(line);
    if (match !== null && decodeURI(line).includes(file)) {
      return { file, line: Number(match[1]), column: Number(match[2]) };
    }
  }
  return undefined;
}
