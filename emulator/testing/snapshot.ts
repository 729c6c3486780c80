import { System } from '../whatif/system.ts';

/** What a snapshot keeps of a board: nothing that a change elsewhere moves, and no times. */
export function snapshotOf(system: System): unknown {
  const { board, release, booted, panic, regions, areas, heaps } = system.summary();
  return {
    board,
    release,
    ...(booted ? {} : { panic }),
    regions: regions.map(({ node, base, size, state }) => ({ node, base, size, state })),
    areas: areas.map(({ name, base, size, usedPages }) => ({ name, base, size, usedPages })),
    heaps: heaps.map(({ name, mode }) => `/dev/dma_heap/${name} ${mode}`),
  };
}

/** For `expect.addSnapshotSerializer()`: boards become short and stable text. */
export const boardSerializer = {
  test: (value: unknown): boolean => value instanceof System,
  print: (value: unknown, serialize: (value: unknown) => string): string =>
    value instanceof System ? serialize(snapshotOf(value)) : String(value),
};
