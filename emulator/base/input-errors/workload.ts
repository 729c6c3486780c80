/** Workload files, program modules and scenarios. */
export const workloadErrors = {
  'workload-broken': (facts: { readonly problem: string }) => facts.problem,
  'workload-unknown': (facts: { readonly name: string; readonly near: readonly string[] }) =>
    `unknown workload "${facts.name}"${facts.near.length === 0 ? '' : `; did you mean ${facts.near.join(' or ')}?`}`,
  'scenario-broken': (facts: { readonly problem: string }) => facts.problem,
} as const;
