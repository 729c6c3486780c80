import { peopleSize as size } from './people-size.ts';

interface PeakUse {
  readonly areas: readonly {
    readonly name: string;
    readonly peakBytes: number;
    readonly sizeBytes: number;
  }[];
  readonly heaps: readonly { readonly name: string; readonly peakBytes: number }[];
}

/** How full areas and heaps became, as rows of a table for people. */
export function peakRows({ areas, heaps }: PeakUse): readonly (readonly string[])[] {
  return [
    ...areas.map(({ name, peakBytes, sizeBytes }) => [
      `area ${name}`,
      `${size(peakBytes)} of ${size(sizeBytes)}`,
    ]),
    ...heaps.map(({ name, peakBytes }) => [`heap ${name}`, `${size(peakBytes)} in buffers`]),
  ];
}
