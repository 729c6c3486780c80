import { inputError } from '../../../../../base/input-error.ts';
import { explicitPolicy } from './explicit.ts';
import type { ExportPolicy } from './policy.ts';
import { releasePolicy } from './release.ts';

export type { ExportPolicy, HeapPlan } from './policy.ts';

const policies = new Map<string, ExportPolicy>();

function register(policy: ExportPolicy): void {
  if (policies.has(policy.name)) throw new Error(`export policy ${policy.name} is registered twice`);
  policies.set(policy.name, policy);
}

register(releasePolicy);
register(explicitPolicy);

/** Every policy, by name, in the order of registration. */
export const exportPolicies: ReadonlyMap<string, ExportPolicy> = policies;

/** A policy by its name; an unknown one is an input error. */
export function exportPolicyNamed(name: string): ExportPolicy {
  const policy = policies.get(name);
  if (policy === undefined) throw inputError('policy-unknown', { policy: name, known: [...policies.keys()] });
  return policy;
}
