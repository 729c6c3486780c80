import type { SourcePosition } from '../../base/position.ts';
import { ProgramReplaced } from '../errors.ts';
import type { Process } from '../process.ts';
import { ExpectationFailure, type Mishap, mishapOf } from './failure.ts';
import { namesNone } from './heap-choice.ts';
import type { Identity, WorkloadHost } from './host.ts';
import { type Failure, killedBy, type ProcessOutcome } from './outcome.ts';
import type { Actor } from './schedule.ts';
import type { Action, Step } from './step.ts';
import { type SpawnProgram, StepContext, type Tally } from './step-context.ts';
import type { AtWork } from './usage.ts';
import { explainFailure } from './why.ts';
import type { WorkloadProgram } from './workload.ts';
import { programPath, WorkloadImage } from './workload-image.ts';

/** Starts a program of the same workload; the process joins those that take turns. */
export type WorkloadSpawn = (...request: Parameters<SpawnProgram>) => WorkloadActor;

/** A process of a workload: does one step a turn. */
export class WorkloadActor implements Actor {
  readonly name: string;
  /** The name of the workload's first process. */
  readonly job: string;
  /** The program it runs, by the name that `wait` uses. */
  readonly program: WorkloadProgram;
  readonly failures: Failure[] = [];
  /** True once it has stopped before its end because of a failure. */
  gaveUp = false;
  /** What a program of the process works with, from its first step on. */
  readonly #begin: (
    program: WorkloadProgram,
    scope: ReadonlyMap<string, bigint>,
    tally?: Tally,
  ) => StepContext;
  #context: StepContext;
  #work: Generator<void, number>;
  /** Those that it started, and waits for at times. */
  readonly #children: WorkloadActor[] = [];
  /** Names that count loops. */
  readonly #counters = new Set<string>();
  #waitsFor: string | undefined;
  #step: Action | undefined;
  #exitCode: number | undefined;

  constructor(facts: {
    readonly name: string;
    readonly job: string;
    readonly program: WorkloadProgram;
    readonly process: Process;
    readonly identity: Identity;
    readonly host: WorkloadHost;
    readonly scope: ReadonlyMap<string, bigint>;
    readonly spawn: WorkloadSpawn;
  }) {
    const { name, program, process, identity, host, scope } = facts;
    this.name = name;
    this.job = facts.job;
    this.program = program;
    this.#begin = (begun, values, tally) =>
      new StepContext({
        process,
        identity,
        host,
        scope: values,
        position: begun.position,
        spawn: (...request) => {
          this.#children.push(facts.spawn(...request));
        },
        programPath: (program) => programPath(facts.job, program),
        ...(tally === undefined ? {} : { tally }),
      });
    this.#context = this.#begin(program, scope);
    this.#work = this.#run(program.steps);
  }

  get isDone(): boolean {
    return this.#exitCode !== undefined;
  }

  get process(): Process {
    return this.#context.process;
  }

  /** Nobody will ever wake it. */
  abandon(): void {
    this.#fail({ problem: `waits for ${this.#waitsFor ?? 'ever'}, which never ends` });
  }

  get isReady(): boolean {
    if (this.#waitsFor === undefined) return true;
    return this.#children.every((child) => child.isDone || child.program.name !== this.#waitsFor);
  }

  turn(): void {
    this.#waitsFor = undefined;
    try {
      const { done, value } = this.#work.next();
      if (done) this.#end(value);
    } catch (error) {
      if (!(error instanceof ProgramReplaced)) throw error;
      this.#become(error);
    }
  }

  /** Another program of the workload has taken the place of this one; what handles stood for is its own business. */
  #become({ executed: { image, path } }: ProgramReplaced): void {
    if (image instanceof WorkloadImage) {
      this.#context = this.#begin(image.program, image.scope(), this.#context.tally);
      this.#work = this.#run(image.program.steps);
      return;
    }
    this.#end(this.#giveUp({ problem: `${path} is no program of a workload` }));
  }

  /** Whose doing it is that something happens now. */
  get atWork(): AtWork {
    const position: SourcePosition | undefined = this.#step?.position;
    return { process: this.name, position, step: this.#title() };
  }

  get outcome(): ProcessOutcome {
    const { tally, process, identity } = this.#context;
    return {
      name: this.name,
      job: this.job,
      file: this.program.position.file,
      pid: process.pid,
      uid: identity.uid,
      exitCode: this.#exitCode,
      signal: killedBy(process),
      steps: tally.steps,
      expectedFailures: tally.expectedFailures,
      buffers: tally.buffers,
      allocatedBytes: Number(tally.allocatedBytes),
    };
  }

  *#run(steps: readonly Step[]): Generator<void, number> {
    return (yield* this.#block(steps)) ?? 0;
  }

  /** Does steps in order; the exit code where one of them ended the process. */
  *#block(steps: readonly Step[]): Generator<void, number | undefined> {
    const context = this.#context;
    for (const step of steps) {
      context.begin(step.position);
      if (step.when !== undefined && context.value(step.when) === 0n) continue;
      if (step.kind === 'action') {
        const exitCode = this.#act(step);
        if (exitCode !== undefined) return exitCode;
        yield;
        continue;
      }
      const count = context.value(step.count);
      if (count < 0n) context.refuse(`repeat: ${count} is no number of rounds; it begins at 0`);
      if (step.index !== undefined) this.#counters.add(step.index);
      for (let index = 0n; index < count; index += 1n) {
        if (step.index !== undefined) context.scope.set(step.index, index);
        const exitCode = yield* this.#block(step.steps);
        if (exitCode !== undefined) return exitCode;
      }
    }
    return undefined;
  }

  /** Does one step; the exit code where it ends the process. A failure makes the process give up. */
  #act(step: Action): number | undefined {
    this.#step = step;
    const { tally } = this.#context;
    tally.steps[step.verb] = (tally.steps[step.verb] ?? 0) + 1;
    try {
      const result = step.perform(this.#context);
      if (step.fails !== undefined) return this.#giveUp(this.#unexpectedSuccess(step.fails));
      if (result !== undefined && 'waitFor' in result) this.#waitsFor = result.waitFor;
      return result !== undefined && 'exitCode' in result ? result.exitCode : undefined;
    } catch (error) {
      const mishap = mishapOf(error);
      if (mishap !== undefined) return this.#suffer(mishap, step.fails);
      if (!(error instanceof ExpectationFailure)) throw error;
      return this.#giveUp({ problem: error.message, difference: error.difference });
    }
  }

  /** Something befell the process: as the step says it should, or not. */
  #suffer(mishap: Mishap, expected: readonly string[] | undefined): number | undefined {
    const { code, problem } = mishap;
    if (code === undefined || expected?.includes(code) !== true) {
      return this.#giveUp(this.#unexpectedFailure(code, problem, expected));
    }
    this.#context.tally.expectedFailures += 1;
    return mishap.isEnd ? 0 : undefined;
  }

  #unexpectedFailure(code: string | undefined, problem: string, expected: readonly string[] | undefined) {
    const { heapAsked, host } = this.#context;
    const isUnknownHeap = code === 'ENOENT' && heapAsked !== undefined && namesNone(heapAsked, host.heaps());
    const why = explainFailure(code, this.#context);
    if (expected === undefined) return { problem, code, isUnknownHeap, why };
    const names = expected.join(' or ');
    const difference = { what: 'errno', expected: names, seen: code ?? problem };
    return { problem: `${problem}, where ${names} was expected`, code, isUnknownHeap, why, difference };
  }

  #unexpectedSuccess(expected: readonly string[]): Partial<Failure> {
    const names = expected.join(' or ');
    return {
      problem: `succeeded, where ${names} was expected`,
      difference: { what: 'errno', expected: names, seen: 'success' },
    };
  }

  #giveUp(failure: Partial<Failure>): number {
    this.gaveUp = true;
    this.#fail(failure);
    return 1;
  }

  #fail(failure: Partial<Failure>): void {
    this.failures.push({
      process: this.name,
      job: this.job,
      position: this.#step?.position,
      step: this.#title() ?? '',
      problem: '',
      code: undefined,
      difference: undefined,
      isUnknownHeap: false,
      why: [],
      ...failure,
    });
  }

  /** The step that is being done, with the loop counters that its formulas read. */
  #title(): string | undefined {
    if (this.#step === undefined) return undefined;
    const { scope } = this.#context;
    const counters = [...this.#step.variables].filter((name) => this.#counters.has(name));
    const values = counters.map((name) => `${name} = ${scope.get(name)}`).join(', ');
    return values === '' ? this.#step.title : `${this.#step.title} (${values})`;
  }

  #end(exitCode: number): void {
    const { process } = this.#context;
    this.#context.releaseDevices();
    if (process.isAlive) process.exit(exitCode);
    this.#exitCode = exitCode;
    const isSilent = this.failures.length === 0;
    if (exitCode !== 0 && isSilent) this.#fail({ problem: `ended with exit code ${exitCode}` });
  }
}
