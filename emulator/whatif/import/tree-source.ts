import type { PhysicalRange } from '../../base/range.ts';
import { rangeEnd } from '../../base/range.ts';
import type { FieldRegion } from './facts.ts';

/** What the tree of an imported board says. */
export interface TreeFacts {
  readonly title: string;
  readonly model: string | undefined;
  readonly banks: readonly PhysicalRange[];
  readonly regions: readonly FieldRegion[];
  /** The region that devices without one of their own get. */
  readonly defaultRegion: string | undefined;
  /** Regions that must end where they ended, for a reason that is not known. */
  readonly limited: ReadonlySet<string>;
  /** The first address that not every bus master reaches. */
  readonly dmaEnd: bigint | undefined;
}

function cells(...values: readonly bigint[]): string {
  const words = values.flatMap((value) => [value >> 32n, value & 0xffff_ffffn]);
  return `<${words.map((word) => `0x${word.toString(16)}`).join(' ')}>`;
}

/** Whether a region's name says where it lies, as that of one with `reg` does. */
export function isStatic({ name, baseBytes }: FieldRegion): boolean {
  const [, unit] = /@([0-9a-f]+)$/i.exec(name) ?? [];
  return unit !== undefined && BigInt(`0x${unit}`) === baseBytes;
}

/** Devicetree source: RAM, regions in their order, and a bus where devices reach less than memory. */
export function treeSource(facts: TreeFacts): string {
  const lines = [
    `// ${facts.title}`,
    '/dts-v1/;',
    '',
    '/ {',
    ...(facts.model === undefined ? [] : [`\tmodel = ${JSON.stringify(facts.model)};`]),
    '\t#address-cells = <2>;',
    '\t#size-cells = <2>;',
    '',
    ...memoryNode(facts.banks),
    ...regionsNode(facts),
    ...busNode(facts.dmaEnd),
    '};',
  ];
  return `${lines.join('\n')}\n`;
}

function memoryNode(banks: readonly PhysicalRange[]): readonly string[] {
  const first = banks[0]?.baseBytes ?? 0n;
  const reg = banks.map(({ baseBytes, sizeBytes }) => cells(baseBytes, sizeBytes)).join(',\n\t\t      ');
  return [`\tmemory@${first.toString(16)} {`, '\t\tdevice_type = "memory";', `\t\treg = ${reg};`, '\t};'];
}

function regionsNode(facts: TreeFacts): readonly string[] {
  if (facts.regions.length === 0) return [];
  return [
    '',
    '\treserved-memory {',
    '\t\t#address-cells = <2>;',
    '\t\t#size-cells = <2>;',
    '\t\tranges;',
    ...facts.regions.flatMap((region) => regionNode(region, facts)),
    '\t};',
  ];
}

function regionNode(region: FieldRegion, { defaultRegion, limited, banks }: TreeFacts): readonly string[] {
  const { name, baseBytes, sizeBytes, noMap, reusable, compatible } = region;
  const lowest = banks[0]?.baseBytes ?? 0n;
  const place = isStatic(region)
    ? [`reg = ${cells(baseBytes, sizeBytes)};`]
    : [
        `size = ${cells(sizeBytes)};`,
        ...(limited.has(name) ? [`alloc-ranges = ${cells(lowest, rangeEnd(region) - lowest)};`] : []),
      ];
  const properties = [
    ...(compatible === undefined ? [] : [`compatible = ${JSON.stringify(compatible)};`]),
    ...place,
    ...(reusable ? ['reusable;'] : []),
    ...(noMap ? ['no-map;'] : []),
    ...(name === defaultRegion ? ['linux,cma-default;'] : []),
  ];
  return ['', `\t\t${name} {`, ...properties.map((property) => `\t\t\t${property}`), '\t\t};'];
}

/** A bus that stands for all whose masters do not reach the end of memory. */
function busNode(end: bigint | undefined): readonly string[] {
  if (end === undefined) return [];
  return [
    '',
    '\tnarrow-bus {',
    '\t\t#address-cells = <2>;',
    '\t\t#size-cells = <2>;',
    `\t\tdma-ranges = ${cells(0n, 0n, end)};`,
    '\t};',
  ];
}
