/** Boards, their profiles and what the firmware adds. */
export const machineErrors = {
  'board-unknown': (facts: {
    readonly name: string;
    readonly near: readonly string[];
    readonly known: readonly string[];
  }) =>
    `unknown board "${facts.name}"; ${
      facts.near.length === 0
        ? `known are ${facts.known.join(', ')}`
        : `did you mean ${facts.near.join(' or ')}?`
    }`,
  'board-profile-broken': (facts: { readonly problem: string }) => facts.problem,
  'memory-missing': (facts: { readonly problem: string }) =>
    `${facts.problem}; give it with --memory BASE+SIZE, or a board's profile with --board NAME`,
  /** RAM that no machine has, or that the tree's cells cannot express. */
  'memory-impossible': (facts: { readonly problem: string }) => facts.problem,
  /** Something that the boot loader should have put into RAM and that has no place there. */
  'placement-impossible': (facts: { readonly problem: string }) => facts.problem,
  /** Something was to run on a system whose kernel had panicked. */
  'system-dead': (facts: { readonly panic: string }) =>
    `nothing can run: the kernel panicked: ${facts.panic}`,
  /** A file from a machine that is nothing of the kind, or does not tell enough. */
  'field-report-poor': (facts: { readonly problem: string }) => facts.problem,
  /** A kernel, a board or a tree of one architecture where another one was asked for. */
  'architecture-wrong': (facts: { readonly problem: string }) => facts.problem,
} as const;
