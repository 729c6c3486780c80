/** Sweeps: their specifications and result files. */
export const sweepErrors = {
  'sweep-broken': (facts: { readonly problem: string }) => facts.problem,
  'sweep-too-large': (facts: { readonly count: string; readonly most: string; readonly axes: string }) =>
    `the grid has ${facts.count} points (${facts.axes}), more than ${facts.most}; --max-points allows more`,
  'sweep-results': (facts: { readonly problem: string }) => facts.problem,
} as const;
