import { nearNames } from '../../base/near-names.ts';
import type { SourcePosition } from '../../base/position.ts';
import type { YamlDocument } from '../../base/yaml-input.ts';
import type { Step } from './step.ts';
import type { Workload } from './workload.ts';
import { workloadFailure } from './yaml-checks.ts';

/** Refuses formulas that read a variable which nothing defines, before anything runs. */
export function refuseUnknownVariables(workload: Workload, document: YamlDocument): void {
  const known = new Set<string>();
  for (const key of ['parameters', 'variables'] as const) {
    for (const [name, formula] of workload[key]) {
      refuse(formula.names, known, document.positionOf([key, name]));
      known.add(name);
    }
  }
  refuseInSteps(workload.main.steps, known);
  for (const [name, program] of workload.programs) {
    const inside = new Set(known);
    for (const [parameter, formula] of program.parameters) {
      refuse(formula.names, inside, document.positionOf(['programs', name, 'parameters', parameter]));
      inside.add(parameter);
    }
    refuseInSteps(program.steps, inside);
  }
}

function refuseInSteps(steps: readonly Step[], known: ReadonlySet<string>): void {
  for (const step of steps) {
    if (step.kind === 'action') {
      refuse(step.variables, known, step.position);
      continue;
    }
    refuse(step.count.names, known, step.position);
    refuse(step.when?.names ?? new Set(), known, step.position);
    refuseInSteps(step.steps, step.index === undefined ? known : new Set([...known, step.index]));
  }
}

function refuse(names: ReadonlySet<string>, known: ReadonlySet<string>, position: SourcePosition): void {
  const unknown = [...names].find((name) => !known.has(name));
  if (unknown === undefined) return;
  const near = nearNames(unknown, [...known]);
  const help =
    near.length > 0
      ? `did you mean ${near.join(' or ')}?`
      : known.size === 0
        ? 'none are defined'
        : `known are ${[...known].join(', ')}`;
  throw workloadFailure(`unknown variable "${unknown}"; ${help}`, position);
}
