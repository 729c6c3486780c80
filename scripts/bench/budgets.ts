/** How much a figure may be: in its own unit, or against another figure of the same subject. */
export type Limit =
  | { readonly most: number }
  | { readonly least: number }
  | { readonly mostTimes: number; readonly of: string }
  | { readonly mostOver: number; readonly of: string };

/** A limit of the measures of a subject that the pattern names. */
export interface Budget {
  readonly subject: string;
  readonly measure: RegExp;
  readonly limit: Limit;
}

const bareNode = 'node -e 0';

/**
 * What the project wants to keep. A figure over its budget is reported, with the ratio; it fails nothing, because what
 * a machine does at a moment is no fact about the program. Units are the figures' own: ms, MB, points/s, million/s.
 */
export const budgets: readonly Budget[] = [
  { subject: 'process', measure: /^boot of a \.dtb$/, limit: { mostTimes: 2, of: bareNode } },
  { subject: 'process', measure: /^boot of a \.dts$/, limit: { mostTimes: 3.5, of: bareNode } },
  { subject: 'boot', measure: /^HiKey/, limit: { most: 2 } },
  { subject: 'blobs', measure: /^half of/, limit: { most: 5 } },
  { subject: 'blobs', measure: /^99 % of/, limit: { most: 20 } },
  { subject: 'alloc-close', measure: /./, limit: { most: 0.003 } },
  { subject: 'map-touch', measure: /^map/, limit: { most: 0.01 } },
  // A million steps in two seconds.
  { subject: 'fragmentation', measure: /^100,000 steps$/, limit: { most: 200 } },
  // 10,000 points in 45 seconds.
  { subject: 'sweep', measure: /2 workers$/, limit: { least: 10_000 / 45 } },
  { subject: 'sweep', measure: /^peak memory/, limit: { most: 300 } },
  { subject: 'memory', measure: /^8 GiB board/, limit: { mostOver: 25, of: 'bare node' } },
  { subject: 'aarch64', measure: /^integer$/, limit: { least: 300 } },
  { subject: 'aarch64', measure: /^(memory|vector)$/, limit: { least: 100 } },
  {
    subject: 'native',
    measure: /^getppid, (notify|ptrace)$/,
    limit: { mostTimes: 1.6, of: 'getppid, native' },
  },
  { subject: 'native', measure: /^ALLOC 4 KiB and close, (notify|ptrace)$/, limit: { most: 0.1 } },
  { subject: 'native', measure: /^SYNC, (notify|ptrace)$/, limit: { most: 0.04 } },
];

/** The limit of a measure, where it has one. */
export function limitOf(subject: string, measure: string): Limit | undefined {
  return budgets.find((budget) => budget.subject === subject && budget.measure.test(measure))?.limit;
}
