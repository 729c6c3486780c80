import * as z from 'zod';
import { validateYaml, type YamlDocument } from '../../base/yaml-input.ts';
import type { Expression } from './expression.ts';
import { formula } from './handle-name.ts';
import type { Workload } from './workload.ts';
import { refuseUnknownKeys, workloadFailure } from './yaml-checks.ts';

/** A workload that is another one with other values for its parameters. */
export interface WorkloadUse {
  /** Name or path of the other. */
  readonly uses: string;
  readonly name: string;
  readonly summary: string;
  readonly parameters: ReadonlyMap<string, Expression>;
  readonly document: YamlDocument;
}

export const useShape = {
  workload: z.string().min(1).optional(),
  summary: z.string().default(''),
  uses: z.string().min(1),
  parameters: z.record(z.string(), formula).default({}),
};

/** Reads a workload of the form `uses: NAME`; undefined where it has steps of its own. */
export function readUse(document: YamlDocument, name: string): WorkloadUse | undefined {
  const { value } = document;
  if (typeof value !== 'object' || value === null || !('uses' in value)) return undefined;
  refuseUnknownKeys(document, Object.keys(useShape), 'a workload that uses another');
  const facts = validateYaml(document, z.object(useShape), workloadFailure);
  return {
    uses: facts.uses,
    name: facts.workload ?? name,
    summary: facts.summary,
    parameters: new Map(Object.entries(facts.parameters)),
    document,
  };
}

/** The other workload with these values, under its own name. A parameter that it does not have is an InputError. */
export function applyUse(use: WorkloadUse, base: Workload): Workload {
  for (const [name, value] of use.parameters) {
    const at = use.document.positionOf(['parameters', name]);
    if (!base.parameters.has(name)) {
      const known = [...base.parameters.keys()].join(', ') || 'none';
      throw workloadFailure(`workload "${base.name}" has no parameter "${name}"; it has ${known}`, at);
    }
    const unknown = [...value.names].find((read) => !base.parameters.has(read));
    if (unknown !== undefined) throw workloadFailure(`unknown variable "${unknown}"`, at);
  }
  const parameters = new Map(base.parameters);
  for (const [name, value] of use.parameters) parameters.set(name, value);
  return {
    ...base,
    name: use.name,
    summary: use.summary === '' ? base.summary : use.summary,
    parameters,
    main: { ...base.main, name: use.name },
  };
}
