import * as z from 'zod';
import type { SourcePosition } from '../../base/position.ts';
import { validateYaml, type YamlDocument } from '../../base/yaml-input.ts';
import { errno } from '../../linux/uapi/errno.ts';
import { signals } from '../../linux/uapi/signal.ts';
import { Expression } from './expression.ts';
import { formula, HandleName } from './handle-name.ts';
import type { StepContext } from './step-context.ts';
import { refuseUnknownKeys, within, workloadFailure } from './yaml-checks.ts';

/** What a step brought about, beyond its system calls. */
export type StepResult = { readonly exitCode: number } | { readonly waitFor: string } | undefined;

/** A step that does something. */
export interface Action {
  readonly kind: 'action';
  readonly verb: string;
  readonly position: SourcePosition;
  /** The errnos and signals of which one must come; undefined where the step must succeed. */
  readonly fails: readonly string[] | undefined;
  readonly when: Expression | undefined;
  /** The programs of the workload that it speaks of. */
  readonly programs: readonly string[];
  /** The variables that its formulas read. */
  readonly variables: ReadonlySet<string>;
  /** In a few words, for people: `alloc fb[i]`. */
  readonly title: string;
  perform(context: StepContext): StepResult;
}

/** Steps that are done several times over. */
export interface Repeat {
  readonly kind: 'repeat';
  readonly position: SourcePosition;
  readonly count: Expression;
  readonly index: string | undefined;
  readonly when: Expression | undefined;
  readonly steps: readonly Step[];
}

export type Step = Action | Repeat;

/** A kind of step: its verb, and how its facts are read from YAML. */
export interface StepKind {
  readonly verb: string;
  /** Verbs that are keys of this kind where both stand in a step. */
  readonly covers: readonly string[];
  /** How it is written, for editors. */
  readonly schema: z.ZodType;
  parse(document: YamlDocument): Action;
}

const expectedFailure = 'expected the name of an errno or signal, such as ENOMEM, or a list of such names';
const failureName = z.string().refine((name) => name in errno || name in signals, expectedFailure);

/** The keys that every step may have. */
const commonKeys = {
  fails: z
    .union([failureName.transform((name) => [name]), z.array(failureName).min(1)], expectedFailure)
    .optional(),
  when: formula.optional(),
  note: z.string().optional(),
};

/**
 * Defines a kind of step. `shape` holds its keys, the verb among them; `run` does the step with what was read.
 * To add one: copy the smallest file of steps/, and name it in steps/index.ts.
 */
export function defineStep<Shape extends z.core.$ZodLooseShape>(kind: {
  readonly verb: string & keyof Shape;
  readonly covers?: readonly string[];
  readonly shape: Shape;
  /** Says what is wrong with facts that are well-formed one by one. */
  readonly check?: (facts: z.output<z.ZodObject<Shape>>) => string | undefined;
  /** The programs of the workload that the facts name. */
  readonly programs?: (facts: z.output<z.ZodObject<Shape>>) => readonly string[];
  readonly run: (facts: z.output<z.ZodObject<Shape>>, context: StepContext) => StepResult;
}): StepKind {
  const own = z.object(kind.shape);
  const common = z.object(commonKeys);
  const known = [...Object.keys(kind.shape), ...Object.keys(commonKeys)];
  return {
    verb: kind.verb,
    covers: kind.covers ?? [],
    schema: z.strictObject({ ...kind.shape, ...commonKeys }),
    parse(document) {
      refuseUnknownKeys(document, known, `step "${kind.verb}"`);
      const facts = validateYaml(document, own, workloadFailure);
      const problem = kind.check?.(facts);
      if (problem !== undefined)
        throw workloadFailure(`step "${kind.verb}" ${problem}`, document.positionOf([]));
      const { fails, when } = validateYaml(document, common, workloadFailure);
      return {
        kind: 'action',
        verb: kind.verb,
        position: document.positionOf([]),
        fails,
        when,
        programs: kind.programs?.(facts) ?? [],
        variables: variablesIn([facts, when]),
        title: titleOf(document, kind.verb),
        perform: (context) => kind.run(facts, context),
      };
    },
  };
}

/** The variables that formulas anywhere inside a value read. */
function variablesIn(value: unknown): ReadonlySet<string> {
  if (value instanceof Expression) return value.names;
  if (value instanceof HandleName) return value.index?.names ?? new Set();
  if (typeof value !== 'object' || value === null) return new Set();
  return new Set(Object.values(value).flatMap((part) => [...variablesIn(part)]));
}

function titleOf(document: YamlDocument, verb: string): string {
  const { value } = within(document, [verb]);
  return typeof value === 'string' || typeof value === 'number' ? `${verb} ${value}` : verb;
}
