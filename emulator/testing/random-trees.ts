import fc from 'fast-check';
import type { PhysicalRange } from '../base/range.ts';
import { releaseNames } from '../linux/releases.ts';
import { cells, type NodeText, type PropertyValue } from './build-tree.ts';

/** A tree with regions at random, and how it is booted. */
export interface RandomBoot {
  readonly ram: { readonly base: number; readonly size: number };
  /** In the order of the tree. */
  readonly regions: readonly NodeText[];
  readonly reservations: readonly PhysicalRange[];
  readonly release: string;
  readonly bootargs: string;
  readonly symbols: readonly string[];
}

const mib = 2 ** 20;
const ramBase = 0x4000_0000;
const block = 0x4_0000;

const maybe = <Value>(value: fc.Arbitrary<Value>, freq = 3) => fc.option(value, { nil: undefined, freq });
const address = fc.integer({ min: 0x0f00, max: 0x2100 }).map((blocks) => blocks * block);
const size = fc.oneof(
  { weight: 5, arbitrary: fc.integer({ min: 1, max: 64 }).map((blocks) => blocks * 4 * mib) },
  { weight: 2, arbitrary: fc.integer({ min: 0, max: 0x400 }).map((blocks) => blocks * block) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 0x400_0000 }) },
);

const properties = fc.record({
  base: maybe(address, 2),
  secondBase: maybe(address, 1),
  size,
  alignment: maybe(fc.constantFrom(0, 0x1000, 0x20_0000, 0x40_0000, 0x100_0000, 0x300_0000), 2),
  ranges: maybe(fc.array(fc.tuple(address, size), { minLength: 1, maxLength: 3 }), 2),
  compatible: maybe(fc.constantFrom('shared-dma-pool', 'shared-dma-pool', 'restricted-dma-pool', 'ramoops')),
  status: maybe(fc.constantFrom('okay', 'ok', 'disabled'), 1),
  reusable: fc.boolean(),
  noMap: fc.integer({ min: 0, max: 3 }).map((chance) => chance === 0),
  isDefault: fc.integer({ min: 0, max: 3 }).map((chance) => chance === 0),
});
type Properties = typeof properties extends fc.Arbitrary<infer Value> ? Value : never;

function nodeOf(one: Properties): NodeText {
  const node: Record<string, PropertyValue> = {};
  if (one.base === undefined) {
    node.size = cells(one.size);
    if (one.alignment !== undefined) node.alignment = cells(one.alignment);
    if (one.ranges !== undefined) node['alloc-ranges'] = cells(...one.ranges.flat());
  } else {
    const second = one.secondBase === undefined ? [] : [one.secondBase, 0x10_0000];
    node.reg = cells(one.base, one.size, ...second);
  }
  if (one.compatible !== undefined) node.compatible = one.compatible;
  if (one.status !== undefined) node.status = one.status;
  if (one.reusable) node.reusable = true;
  if (one.noMap) node['no-map'] = true;
  if (one.isDefault) node['linux,cma-default'] = true;
  return node;
}

/** Boots at random: regions, RAM, reservations of the header, releases, command lines and configurations. */
export const randomBoots: fc.Arbitrary<RandomBoot> = fc.record({
  ram: fc.constantFrom(128, 512, 1024, 2048).map((sizeMiB) => ({ base: ramBase, size: sizeMiB * mib })),
  regions: fc.array(properties.map(nodeOf), { maxLength: 10 }),
  reservations: fc.array(
    fc.record({
      baseBytes: address.map(BigInt),
      sizeBytes: fc.integer({ min: 1, max: 8 * mib }).map(BigInt),
    }),
    { maxLength: 2 },
  ),
  release: fc.constantFrom(...releaseNames),
  bootargs: fc.constantFrom(
    '',
    '',
    'cma=64M',
    'cma=0',
    'mem=512M',
    'cma=16M@0x50000000',
    'cma=32M@1G-2G',
    'coherent_pool=64K',
  ),
  symbols: fc.constantFrom<readonly string[]>(
    [],
    [],
    ['HUGETLBFS=y'],
    ['CMA_SIZE_SEL_PERCENTAGE=y'],
    ['ARM64_16K_PAGES=y'],
    ['ARM64_64K_PAGES=y'],
    ['ZONE_DMA=n'],
  ),
});
