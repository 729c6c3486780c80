import type { KernelConfig } from '../kconfig.ts';
import type { Release } from '../releases.ts';

/** Sizes that page size, huge pages and the largest order make. */
export interface PageGeometry {
  readonly pageShift: number;
  readonly pageSizeBytes: number;
  /** The largest order of the page allocator, as a number that can be asked for. */
  readonly maxOrder: number;
  /** Order of a pageblock, the unit of migrate types. */
  readonly pageblockOrder: number;
  readonly pageblockPages: number;
  /** CMA_MIN_ALIGNMENT_BYTES: base and size of each CMA area are multiples of it. */
  readonly cmaQuantumBytes: bigint;
}

/** The largest orders where nothing is configured: blocks of 4 MiB, 32 MiB and 512 MiB. */
const usualMaxOrders: Readonly<Record<number, number>> = { 12: 10, 14: 11, 16: 13 };
const smallestMaxOrder = 10;

/** Works the geometry out of release and configuration. */
export function pageGeometry(release: Release, config: KernelConfig): PageGeometry {
  const { behaviours } = release;
  const { pageShift, hugetlb, transparentHugepage } = config.facts;
  const configured = config.number('ARCH_FORCE_MAX_ORDER') ?? config.number('FORCE_MAX_ZONEORDER');
  const maxOrder =
    configured === undefined
      ? usualMaxOrder(release, config)
      : configured - (behaviours.maxOrder === 'exclusive' ? 1 : 0);
  const hugeBlocks =
    hugetlb || (behaviours.hugepageBlocks === 'hugetlb-or-transparent' && transparentHugepage);
  const uncapped = Math.min(maxOrder, hugeBlocks ? pageShift - 3 : maxOrder);
  const pageblockOrder = Math.min(uncapped, pageblockCap(release, config, uncapped));
  const quantumOrder =
    behaviours.cmaQuantum === 'pageblock' ? pageblockOrder : Math.max(maxOrder, pageblockOrder);
  return {
    pageShift,
    pageSizeBytes: 2 ** pageShift,
    maxOrder,
    pageblockOrder,
    pageblockPages: 2 ** pageblockOrder,
    cmaQuantumBytes: 1n << BigInt(quantumOrder + pageShift),
  };
}

function usualMaxOrder({ behaviours }: Release, { facts }: KernelConfig): number {
  const order = usualMaxOrders[facts.pageShift] ?? smallestMaxOrder;
  if (order === smallestMaxOrder || facts.transparentHugepage) return order;
  return behaviours.largestBlock === 'by-page-size' ? order : smallestMaxOrder;
}

/** The configured cap on pageblocks; the release is asked only where a symbol would lower the order. */
function pageblockCap({ behaviours }: Release, config: KernelConfig, uncapped: number): number {
  const wouldCap = ['PAGE_BLOCK_ORDER', 'PAGE_BLOCK_MAX_ORDER'].some(
    (symbol) => (config.number(symbol) ?? uncapped) < uncapped,
  );
  if (!wouldCap || behaviours.pageblockCap === 'none') return uncapped;
  return config.number(behaviours.pageblockCap) ?? uncapped;
}
