import { formatSize } from '../units.ts';

/** Devicetree sources, blobs and trees. */
export const devicetreeErrors = {
  'blob-broken': (facts: { readonly file: string; readonly offset: number; readonly problem: string }) =>
    `${facts.file}: broken devicetree blob at offset 0x${facts.offset.toString(16)}: ${facts.problem}`,
  'source-broken': (facts: { readonly problem: string }) => facts.problem,
  'compiler-missing': (facts: { readonly file: string }) =>
    `${facts.file}: needs the devicetree compiler, which has not been built; run scripts/setup, or install dtc`,
  'devicetree-unknown-form': (facts: { readonly file: string }) =>
    `${facts.file}: is no devicetree: neither a blob (.dtb) nor source (.dts)`,
  'devicetree-too-large': (facts: {
    readonly file: string;
    readonly sizeBytes: number;
    readonly largestBytes: number;
  }) =>
    `${facts.file}: has ${formatSize(facts.sizeBytes)}; a devicetree has ${formatSize(facts.largestBytes)} at most`,
  'overlay-without-fragment': (facts: { readonly overlay: string }) =>
    `${facts.overlay}: is no overlay: none of its nodes holds an __overlay__`,
  'overlay-base-without-symbols': (facts: { readonly overlay: string; readonly base: string }) =>
    `${facts.overlay}: cannot be applied: ${facts.base} has no /__symbols__ to find its labels in`,
  'overlay-label-missing': (facts: {
    readonly overlay: string;
    readonly base: string;
    readonly label: string;
  }) => `${facts.overlay}: refers to the label ${facts.label}, which ${facts.base} does not have`,
  'overlay-target-missing': (facts: {
    readonly overlay: string;
    readonly base: string;
    readonly target: string;
  }) => `${facts.overlay}: its target ${facts.target} is no node of ${facts.base}`,
  'overlay-refused': (facts: { readonly overlay: string; readonly problem: string }) =>
    `${facts.overlay}: cannot be applied: ${facts.problem}`,
  'include-missing': (facts: { readonly name: string; readonly tried: readonly string[] }) =>
    `cannot find ${facts.name}; tried ${facts.tried.join(', ') || 'nothing: there is no include path'}`,
  'edit-refused': (facts: { readonly option: string; readonly text: string; readonly problem: string }) =>
    `${facts.option} '${facts.text}': ${facts.problem}`,
} as const;
