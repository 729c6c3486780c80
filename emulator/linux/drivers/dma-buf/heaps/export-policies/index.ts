import { inputError } from '../../../../../base/input-error.ts';
import { allPolicy } from './all.ts';
import { explicitPolicy } from './explicit.ts';
import { nonePolicy } from './none.ts';
import type { ExportPolicy } from './policy.ts';
import { releasePolicy } from './release.ts';

export type { AreaExport, ExportPolicy, HeapExporter, RefusedExport } from './policy.ts';

const policies = new Map<string, ExportPolicy>();

function register(policy: ExportPolicy): void {
  if (policies.has(policy.name)) throw new Error(`export policy ${policy.name} is registered twice`);
  policies.set(policy.name, policy);
}

register(nonePolicy);
register(explicitPolicy);
register(releasePolicy);
register(allPolicy);

/** Every policy, by name, in the order of registration: from the fewest heaps to the most. */
export const exportPolicies: ReadonlyMap<string, ExportPolicy> = policies;

/** A policy by its name; an unknown one is an input error. */
export function exportPolicyNamed(name: string): ExportPolicy {
  const policy = policies.get(name);
  if (policy === undefined) throw inputError('policy-unknown', { policy: name, known: [...policies.keys()] });
  return policy;
}
