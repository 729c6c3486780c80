/** What a check is told about its findings. */
export const checkErrors = {
  'rule-unknown': (facts: { readonly id: string; readonly near: readonly string[] }) =>
    `no finding is called "${facts.id}"${
      facts.near.length === 0 ? '; docs/check.md lists them' : `; did you mean ${facts.near.join(' or ')}?`
    }`,
  'suppressions-broken': (facts: { readonly problem: string }) => facts.problem,
} as const;
