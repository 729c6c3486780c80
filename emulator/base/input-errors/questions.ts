/** Questions about a booted system that name something which is not there. */
export const questionErrors = {
  'subject-unknown': (facts: {
    readonly name: string;
    readonly near: readonly string[];
    readonly known: readonly string[];
  }) =>
    `nothing is called "${facts.name}"; ${
      facts.near.length === 0
        ? `there are ${facts.known.join(', ')}`
        : `did you mean ${facts.near.join(' or ')}?`
    }`,
  'area-unknown': (facts: {
    readonly name: string;
    readonly near: readonly string[];
    readonly known: readonly string[];
  }) =>
    `no CMA area is called "${facts.name}"; ${
      facts.near.length > 0
        ? `did you mean ${facts.near.join(' or ')}?`
        : facts.known.length > 0
          ? `there are ${facts.known.join(', ')}`
          : 'this board has none'
    }`,
  'contract-broken': (facts: { readonly problem: string }) => facts.problem,
  'consumer-unknown': (facts: {
    readonly name: string;
    readonly near: readonly string[];
    readonly known: readonly string[];
  }) =>
    `unknown consumer "${facts.name}"; ${
      facts.near.length === 0
        ? `known are ${facts.known.join(', ')}, and contracts (.yaml)`
        : `did you mean ${facts.near.join(' or ')}?`
    }`,
  'emulated-file-missing': (facts: { readonly path: string; readonly near: readonly string[] }) =>
    `${facts.path}: the board has no such file${facts.near.length === 0 ? '' : `; did you mean ${facts.near.join(' or ')}?`}`,
  'emulated-file-unreadable': (facts: { readonly path: string; readonly reason: string }) =>
    `${facts.path}: cannot be read: ${facts.reason}`,
} as const;
