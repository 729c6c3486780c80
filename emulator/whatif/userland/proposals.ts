/** What can be tried though no release has it. */
export const knownProposals: readonly string[] = ['dmem-cma'];
