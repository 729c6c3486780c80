/** The command line. */
export const usageErrors = {
  usage: (facts: { readonly problem: string }) => facts.problem,
  'bad-option': (facts: { readonly option: string; readonly value: string; readonly expected: string }) =>
    `--${facts.option} ${facts.value}: expected ${facts.expected}`,
} as const;
