/** Workload files, program modules and scenarios. */
export const workloadErrors = {
  'workload-broken': (facts: { readonly problem: string }) => facts.problem,
  'workload-unknown': (facts: {
    readonly name: string;
    readonly near: readonly string[];
    readonly known: readonly string[];
  }) =>
    `unknown workload "${facts.name}"; ${
      facts.near.length === 0
        ? `known are ${facts.known.join(', ')}, and files (.yaml, .mjs, .ts)`
        : `did you mean ${facts.near.join(' or ')}?`
    }`,
  'parameter-unknown': (facts: { readonly name: string; readonly known: readonly string[] }) =>
    `no workload has a parameter "${facts.name}"; ${facts.known.length === 0 ? 'they have none' : `known are ${facts.known.join(', ')}`}`,
  'heap-unknown': (facts: { readonly problem: string }) => facts.problem,
  'program-broken': (facts: { readonly problem: string }) => facts.problem,
  'trace-broken': (facts: { readonly problem: string }) => facts.problem,
  'scenario-broken': (facts: { readonly problem: string }) => facts.problem,
} as const;
