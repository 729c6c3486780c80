import type { SourcePosition } from '../../base/position.ts';
import { ProcessEnded, SyscallError } from '../errors.ts';
import type { Process } from '../process.ts';
import { mishapOf } from './failure.ts';
import type { Identity, WorkloadHost } from './host.ts';
import type { Failure, ProcessOutcome } from './outcome.ts';
import type { Actor } from './schedule.ts';
import type { AtWork } from './usage.ts';
import { explainCall } from './why.ts';

/** What a program gets beside its process. */
export interface ProgramTools {
  /** Lets the others have their turn: `await turn()`. Without it a program runs in one piece. */
  turn(): Promise<void>;
}

/** The default export of a program module: works on a process, and returns its exit code. */
export type ProgramMain = (process: Process, tools: ProgramTools) => unknown;

/** A program written in TypeScript or JavaScript. */
export interface Program {
  readonly name: string;
  readonly file: string;
  readonly main: ProgramMain;
}

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
  }) {
    this.name = facts.name;
    this.#program = facts.program;
    this.#process = facts.process;
    this.#identity = facts.identity;
    this.#host = facts.host;
  }

  get isDone(): boolean {
    return this.#exitCode !== undefined;
  }

  get isReady(): boolean {
    return true;
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
      steps: {},
      expectedFailures: 0,
      buffers: 0,
      allocatedBytes: 0,
    };
  }

  async #run(): Promise<void> {
    const turn = () =>
      new Promise<void>((resume) => {
        this.#resume = resume;
        this.#endTurn();
      });
    let exitCode = 1;
    try {
      exitCode = this.#codeOf(await this.#program.main(this.#process, { turn }));
    } catch (error) {
      const status = error instanceof ProcessEnded ? error.status : undefined;
      if (status?.kind === 'exited') exitCode = status.code;
      else this.#giveUp(error);
    }
    if (this.#process.isAlive) this.#process.exit(exitCode);
    this.#exitCode = exitCode;
    const isSilent = this.failures.length === 0;
    if (exitCode !== 0 && isSilent) this.#fail(`ended with exit code ${exitCode}`);
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
