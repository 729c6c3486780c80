import * as z from 'zod';
import type { SourcePosition } from '../../base/position.ts';
import { parseYaml, validateYaml, type YamlDocument } from '../../base/yaml-input.ts';
import { type CgroupFacts, cgroupSchema } from '../container/cgroup.ts';
import { type ContainerFacts, containerSchema } from '../container/facts.ts';
import type { Fault } from '../faults/fault.ts';
import { readFault } from '../faults/parse-fault.ts';
import { type Expression, isVariableName } from './expression.ts';
import { formula } from './handle-name.ts';
import type { Repeat, Step } from './step.ts';
import { stepKinds } from './steps/index.ts';
import { refuseUnknownVariables } from './variable-names.ts';
import { keysOf, refuseUnknownKeys, within, workloadFailure } from './yaml-checks.ts';

/** Who a workload's processes are; what is left out is root's. */
export interface WorkloadCredentials {
  readonly uid?: number | undefined;
  readonly gid?: number | undefined;
  readonly groups?: readonly number[] | undefined;
}

/** A program of a workload: what one process does. */
export interface WorkloadProgram {
  readonly name: string;
  readonly position: SourcePosition;
  readonly parameters: ReadonlyMap<string, Expression>;
  readonly credentials: WorkloadCredentials | undefined;
  readonly container: ContainerFacts | undefined;
  readonly cgroup: CgroupFacts | undefined;
  readonly steps: readonly Step[];
}

/** A program, or several, written in YAML. */
export interface Workload {
  readonly name: string;
  readonly summary: string;
  readonly file: string;
  /** What the caller may set, with what holds otherwise. */
  readonly parameters: ReadonlyMap<string, Expression>;
  /** What is calculated from them, in this order. */
  readonly variables: ReadonlyMap<string, Expression>;
  /** What goes wrong on purpose while it runs. */
  readonly faults: readonly Fault[];
  /** What runs when the workload starts. */
  readonly main: WorkloadProgram;
  /** What steps may spawn. */
  readonly programs: ReadonlyMap<string, WorkloadProgram>;
}

const variableName = z.string().refine(isVariableName, 'expected a name of letters, digits and underscores');
const formulas = z.record(variableName, formula).default({});
const id = z.int().min(0).max(0xffff_fffe);

/** Who a process is. */
export const credentialsSchema = z.strictObject({
  uid: id.optional(),
  gid: id.optional(),
  groups: z.array(id).optional(),
});

const steps = z.array(z.unknown(), 'expected a list of steps').min(1, 'expected at least one step');
export const programShape = {
  summary: z.string().optional(),
  credentials: credentialsSchema.optional(),
  container: containerSchema.optional(),
  cgroup: cgroupSchema.optional(),
  parameters: formulas,
  steps,
};
export const workloadShape = {
  workload: z.string().min(1).optional(),
  summary: z.string().default(''),
  credentials: credentialsSchema.optional(),
  container: containerSchema.optional(),
  cgroup: cgroupSchema.optional(),
  parameters: formulas,
  variables: formulas,
  faults: z.array(z.unknown(), 'expected a list of faults').default([]),
  programs: z.record(z.string().min(1), z.unknown()).default({}),
  steps,
};

/** Reads the text of a workload file; a mistake is an InputError with file, line and column. */
export function parseWorkload(text: string, file: string, name: string): Workload {
  return readWorkload(parseYaml(text, file, workloadFailure), file, name);
}

/** Reads a workload that is a document, or a part of one; `name` is used where it has none of its own. */
export function readWorkload(document: YamlDocument, file: string, name: string): Workload {
  refuseUnknownKeys(document, Object.keys(workloadShape), 'a workload');
  const facts = validateYaml(document, z.object(workloadShape), workloadFailure);
  const programNames = Object.keys(facts.programs);
  const main: WorkloadProgram = {
    name: facts.workload ?? name,
    position: document.positionOf([]),
    parameters: new Map(),
    credentials: facts.credentials,
    container: facts.container,
    cgroup: facts.cgroup,
    steps: readSteps(within(document, ['steps']), programNames),
  };
  const programs = programNames.map((name): readonly [string, WorkloadProgram] => [
    name,
    readProgram(within(document, ['programs', name]), name, programNames),
  ]);
  const workload: Workload = {
    name: main.name,
    summary: facts.summary,
    file,
    parameters: new Map(Object.entries(facts.parameters)),
    variables: new Map(Object.entries(facts.variables)),
    faults: facts.faults.map((fault, index) => faultAt(within(document, ['faults', index]), fault)),
    main,
    programs: new Map(programs),
  };
  refuseUnknownVariables(workload, document);
  return workload;
}

function faultAt(document: YamlDocument, written: unknown): Fault {
  const reading = readFault(written);
  if ('fault' in reading) return reading.fault;
  throw workloadFailure(reading.problem, document.positionOf([]));
}

function readProgram(document: YamlDocument, name: string, programs: readonly string[]): WorkloadProgram {
  refuseUnknownKeys(document, Object.keys(programShape), `program "${name}"`);
  const facts = validateYaml(document, z.object(programShape), workloadFailure);
  return {
    name,
    position: document.positionOf([]),
    parameters: new Map(Object.entries(facts.parameters)),
    credentials: facts.credentials,
    container: facts.container,
    cgroup: facts.cgroup,
    steps: readSteps(within(document, ['steps']), programs),
  };
}

function readSteps(document: YamlDocument, programs: readonly string[]): readonly Step[] {
  const items = Array.isArray(document.value) ? document.value : [];
  return items.map((_, index) => readStep(within(document, [index]), programs));
}

function readStep(document: YamlDocument, programs: readonly string[]): Step {
  const keys = keysOf(document);
  if (keys.includes('repeat')) return readRepeat(document, programs);
  const named = keys.filter((key) => stepKinds.has(key));
  const covered = named.flatMap((verb) => stepKinds.get(verb)?.covers ?? []);
  const verbs = named.filter((verb) => !covered.includes(verb));
  const [verb = ''] = verbs;
  const kind = stepKinds.get(verb);
  if (kind === undefined)
    throw workloadFailure(`a step needs one of ${knownVerbs()}${got(keys)}`, place(document));
  if (verbs.length > 1)
    throw workloadFailure(`a step does one thing, not ${verbs.join(' and ')}`, place(document));
  const action = kind.parse(document);
  const missing = action.programs.find((name) => !programs.includes(name));
  if (missing === undefined) return action;
  const known = programs.length === 0 ? 'this workload has no programs' : `known are ${programs.join(', ')}`;
  throw workloadFailure(`unknown program "${missing}"; ${known}`, document.positionOf([verb]));
}

export const repeatShape = {
  repeat: formula,
  index: variableName.optional(),
  when: formula.optional(),
  note: z.string().optional(),
  steps,
};

function readRepeat(document: YamlDocument, programs: readonly string[]): Repeat {
  refuseUnknownKeys(document, Object.keys(repeatShape), 'step "repeat"');
  const facts = validateYaml(document, z.object(repeatShape), workloadFailure);
  return {
    kind: 'repeat',
    position: place(document),
    count: facts.repeat,
    index: facts.index,
    when: facts.when,
    steps: readSteps(within(document, ['steps']), programs),
  };
}

function place(document: YamlDocument): SourcePosition {
  return document.positionOf([]);
}

function knownVerbs(): string {
  return [...stepKinds.keys(), 'repeat'].join(', ');
}

function got(keys: readonly string[]): string {
  return keys.length === 0 ? '' : `; this one has ${keys.join(', ')}`;
}
