/** Devicetree sources, blobs and trees. */
export const devicetreeErrors = {
  'blob-broken': (facts: { readonly file: string; readonly offset: number; readonly problem: string }) =>
    `${facts.file}: broken devicetree blob at offset 0x${facts.offset.toString(16)}: ${facts.problem}`,
  'source-broken': (facts: { readonly problem: string }) => facts.problem,
  'compiler-missing': (facts: { readonly file: string }) =>
    `${facts.file}: needs the devicetree compiler, which has not been built; run scripts/setup, or install dtc`,
} as const;
