/** Programs of the host under an emulated board. */
export const nativeErrors = {
  'native-impossible': (facts: { readonly problem: string }) =>
    `native programs cannot be run here: ${facts.problem}`,
  'program-not-found': (facts: { readonly program: string }) => `there is no program ${facts.program}`,
  'program-foreign': (facts: { readonly path: string; readonly problem: string }) =>
    `${facts.path}: cannot be run on the emulated processor: ${facts.problem}`,
} as const;
