/** Releases, configurations and policies of the emulated kernel. */
export const kernelErrors = {
  'release-unknown': (facts: { readonly release: string; readonly known: readonly string[] }) =>
    `unknown kernel release "${facts.release}"; known are ${facts.known.join(', ')}`,
  'kconfig-broken': (facts: { readonly problem: string }) => facts.problem,
  'export-node-missing': (facts: { readonly node: string; readonly near: readonly string[] }) =>
    `cannot export ${facts.node}: the tree has no such ${facts.node.startsWith('/') ? 'node' : 'region'}${
      facts.near.length === 0 ? '' : `; did you mean ${facts.near.join(' or ')}?`
    }`,
  'policy-unknown': (facts: { readonly policy: string; readonly known: readonly string[] }) =>
    `unknown export policy "${facts.policy}"; known are ${facts.known.join(', ')}`,
} as const;
