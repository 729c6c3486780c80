import { inputError } from '../../base/input-error.ts';
import type { SourcePosition } from '../../base/position.ts';
import type { Fault } from '../faults/fault.ts';
import { nothingInjected } from '../faults/injector.ts';
import type { Process } from '../process.ts';
import { type Expression, ExpressionError, type Scope } from './expression.ts';
import type { Identity, WorkloadHost } from './host.ts';
import type { RunOutcome } from './outcome.ts';
import { type Program, ProgramActor, type SpawnBeside } from './program-actor.ts';
import { FunctionImage } from './program-tools.ts';
import { roundRobin, TurnLine, type TurnOrder } from './schedule.ts';
import { UsageRecord } from './usage.ts';
import type { Workload, WorkloadCredentials, WorkloadProgram } from './workload.ts';
import { WorkloadActor, type WorkloadSpawn } from './workload-actor.ts';
import { programPath, WorkloadImage } from './workload-image.ts';

/** Something to run: a workload in YAML, or a program module. */
export type Job = { readonly workload: Workload } | { readonly program: Program };

export interface RunOptions {
  /** Values for the workloads' parameters; a name must be a parameter of one of them at least. */
  readonly parameters?: ReadonlyMap<string, bigint>;
  /** Who the processes are that do not say it themselves. */
  readonly credentials?: WorkloadCredentials | undefined;
  readonly order?: TurnOrder;
  /** What goes wrong on purpose, beside what the workloads themselves ask for. */
  readonly faults?: readonly Fault[];
}

/**
 * Runs workloads and programs side by side, by system calls alone, in a fixed order of turns.
 * What a workload expects and does not get is part of the outcome; a workload that makes no sense on this
 * system (a handle that is not held, a buffer that is not mapped) is an InputError.
 */
export async function runJobs(
  jobs: readonly Job[],
  host: WorkloadHost,
  options: RunOptions = {},
): Promise<RunOutcome> {
  return new Run(host, options).run(jobs);
}

type AnyActor = WorkloadActor | ProgramActor;

class Run {
  readonly #host: WorkloadHost;
  readonly #options: RunOptions;
  readonly #line: TurnLine<AnyActor>;
  readonly #actors: AnyActor[] = [];
  readonly #names = new Map<string, number>();
  #current: AnyActor | undefined;

  constructor(host: WorkloadHost, options: RunOptions) {
    this.#host = host;
    this.#options = options;
    this.#line = new TurnLine(options.order ?? roundRobin);
  }

  async run(jobs: readonly Job[]): Promise<RunOutcome> {
    refuseUnknownParameters(jobs, this.#given);
    const asked = jobs.flatMap((job) => ('workload' in job ? job.workload.faults : []));
    const faults = [...asked, ...(this.#options.faults ?? [])];
    const injector = faults.length === 0 ? undefined : this.#host.injectFaults(faults);
    const usage = new UsageRecord(this.#host, () => this.#current?.atWork);
    for (const job of jobs) this.#start(job);
    const beforeTurn = (actor: AnyActor) => {
      this.#current = actor;
    };
    const stuck = await this.#line.run({
      beforeTurn,
      afterTurn: () => usage.sample(),
      idle: (waiting) => this.#host.passTime(waiting.map(({ process }) => process)),
    });
    for (const actor of stuck) actor.abandon();
    const gaveUp = new Set(this.#actors.filter((actor) => actor.gaveUp).map(({ outcome }) => outcome.pid));
    return {
      processes: this.#actors.map((actor) => actor.outcome),
      failures: this.#actors.flatMap((actor) => actor.failures),
      ...(injector?.account() ?? nothingInjected),
      ...usage.finish(gaveUp),
    };
  }

  get #given(): Scope {
    return this.#options.parameters ?? new Map();
  }

  #start(job: Job): void {
    if ('workload' in job) {
      this.#startProgram(job.workload, job.workload.main, initialScope(job.workload, this.#given));
      return;
    }
    const { name, main } = job.program;
    this.#host.install(`/usr/bin/${name}`, new FunctionImage(name, main));
    const identity = complete(this.#options.credentials);
    this.#startMain(job.program, identity, (name) => this.#host.spawn(identity, name), false);
  }

  #startMain(
    program: Program,
    identity: Identity,
    processFor: (name: string) => Process,
    isThread: boolean,
  ): void {
    const name = this.#nameFor(program.name);
    const process = processFor(name);
    const spawn: SpawnBeside = (next, child, inside) => this.#startMain(next, identity, () => child, inside);
    this.#join(new ProgramActor({ name, program, process, identity, host: this.#host, spawn, isThread }));
  }

  #startProgram(workload: Workload, program: WorkloadProgram, scope: Scope, parent?: string): WorkloadActor {
    const name = this.#nameFor(program.name);
    const job = parent ?? name;
    if (parent === undefined) this.#install(workload, job, scope);
    const identity = {
      ...complete(program.credentials ?? workload.main.credentials ?? this.#options.credentials),
      container: program.container ?? workload.main.container,
      cgroup: program.cgroup ?? workload.main.cgroup,
    };
    const process = this.#host.spawn(identity, name);
    const spawn: WorkloadSpawn = (programName, values, position) => {
      const child = workload.programs.get(programName);
      if (child === undefined) throw new Error(`program ${programName} should have been refused`);
      refuseUnknownValues(child, values, position);
      const inner = evaluated(child.parameters, scope, values, position);
      return this.#startProgram(workload, child, inner, job);
    };
    const actor = new WorkloadActor({
      name,
      job,
      program,
      identity,
      host: this.#host,
      process,
      scope,
      spawn,
    });
    this.#join(actor);
    return actor;
  }

  /** Puts a workload's programs where execve() finds them. */
  #install({ programs }: Workload, job: string, scope: Scope): void {
    for (const program of programs.values()) {
      const own = () => evaluated(program.parameters, scope, new Map(), program.position);
      this.#host.install(programPath(job, program.name), new WorkloadImage(program, own));
    }
  }

  #join(actor: AnyActor): void {
    this.#actors.push(actor);
    this.#line.join(actor);
  }

  /** `gralloc`, `gralloc#2`, … */
  #nameFor(name: string): string {
    const count = (this.#names.get(name) ?? 0) + 1;
    this.#names.set(name, count);
    return count === 1 ? name : `${name}#${count}`;
  }
}

/** Root, or who it was said to be; the group is that of the user's number where nobody names one. */
function complete(given: WorkloadCredentials = {}): Identity {
  const uid = given.uid ?? 0;
  return { uid, gid: given.gid ?? uid, groups: given.groups ?? [] };
}

/** What a workload's names stand for when it starts. */
function initialScope(workload: Workload, given: Scope): Scope {
  const { position } = workload.main;
  const parameters = evaluated(workload.parameters, new Map(), given, position);
  return evaluated(workload.variables, parameters, new Map(), position);
}

/** A scope with formulas added, in their order; a given value wins over the formula of its name. */
function evaluated(
  formulas: ReadonlyMap<string, Expression>,
  outer: Scope,
  given: Scope,
  position: SourcePosition,
): Scope {
  const scope = new Map(outer);
  for (const [name, formula] of formulas) {
    try {
      scope.set(name, given.get(name) ?? formula.evaluate(scope));
    } catch (error) {
      if (!(error instanceof ExpressionError)) throw error;
      throw inputError('workload-broken', { problem: `${name}: ${error.message}` }, { position });
    }
  }
  return scope;
}

function refuseUnknownValues(program: WorkloadProgram, values: Scope, position: SourcePosition): void {
  const unknown = [...values.keys()].find((name) => !program.parameters.has(name));
  if (unknown === undefined) return;
  const known =
    program.parameters.size === 0 ? 'it has none' : `known are ${[...program.parameters.keys()].join(', ')}`;
  const problem = `program "${program.name}" has no parameter "${unknown}"; ${known}`;
  throw inputError('workload-broken', { problem }, { position });
}

function refuseUnknownParameters(jobs: readonly Job[], given: Scope): void {
  const known = jobs.flatMap((job) => ('workload' in job ? [...job.workload.parameters.keys()] : []));
  const unknown = [...given.keys()].find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw inputError('parameter-unknown', { name: unknown, known: [...new Set(known)] });
}
