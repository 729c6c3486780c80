/** Releases, configurations and policies of the emulated kernel. */
export const kernelErrors = {
  'release-unknown': (facts: { readonly release: string; readonly known: readonly string[] }) =>
    `unknown kernel release "${facts.release}"; known are ${facts.known.join(', ')}`,
  'kconfig-broken': (facts: { readonly problem: string }) => facts.problem,
  'policy-unknown': (facts: { readonly policy: string; readonly known: readonly string[] }) =>
    `unknown export policy "${facts.policy}"; known are ${facts.known.join(', ')}`,
} as const;
