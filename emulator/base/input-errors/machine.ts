/** Boards, their profiles and what the firmware adds. */
export const machineErrors = {
  'board-unknown': (facts: { readonly name: string; readonly near: readonly string[] }) =>
    `unknown board "${facts.name}"${facts.near.length === 0 ? '' : `; did you mean ${facts.near.join(' or ')}?`}`,
  'board-profile-broken': (facts: { readonly problem: string }) => facts.problem,
  'memory-missing': (facts: { readonly board: string; readonly problem: string }) =>
    `${facts.board}: ${facts.problem}; give the RAM with --memory BASE+SIZE`,
} as const;
