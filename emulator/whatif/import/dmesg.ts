import { joinRanges, type PhysicalRange, rangeEnd } from '../../base/range.ts';
import { KiB, MiB } from '../../base/units.ts';
import type { FieldFacts, FieldRegion } from './facts.ts';
import { logLines } from './log-lines.ts';

const unit: Readonly<Record<string, bigint>> = { KiB, MiB, KB: KiB };

/** The facts of a log while it is read. */
type Draft = {
  -readonly [Name in keyof FieldFacts]: FieldFacts[Name];
} & {
  banks: PhysicalRange[];
  regions: FieldRegion[];
  failed: { name: string; sizeBytes: bigint | undefined }[];
  zones: string[];
  totalPages?: number;
  /** A pool whose name comes with the next line. */
  pool?: (PhysicalRange & { reusable: boolean; compatible: string }) | undefined;
};

type Reader = readonly [pattern: RegExp, read: (draft: Draft, match: readonly string[]) => void];

function inclusive(first: string, last: string): PhysicalRange {
  return { baseBytes: BigInt(first), sizeBytes: BigInt(last) + 1n - BigInt(first) };
}

function noteWidth(draft: Draft, address: string): void {
  draft.wideAddresses ??= address.length === 18;
}

function poolReader(reusable: boolean, compatible: string): Reader[1] {
  return (draft, [base = '0x0', size = '0', suffix = 'MiB']) => {
    noteWidth(draft, base);
    draft.tellsAreas = true;
    draft.pool = {
      baseBytes: BigInt(base),
      sizeBytes: BigInt(size) * (unit[suffix] ?? MiB),
      reusable,
      compatible,
    };
  };
}

/** A later line about a region knows more than an earlier one. */
function noteRegion(draft: Draft, region: FieldRegion): void {
  const index = draft.regions.findIndex(({ name }) => name === region.name);
  const before = draft.regions[index];
  if (before === undefined) draft.regions.push(region);
  else draft.regions[index] = { ...before, ...region, compatible: region.compatible ?? before.compatible };
}

const readers: readonly Reader[] = [
  [
    /^Linux version (\S+)/,
    (draft, [version]) => {
      draft.version ??= version;
    },
  ],
  [
    /^Booting Linux on physical CPU 0x[0-9a-f]+( \[0x)?/,
    (draft, [id]) => {
      draft.architecture ??= id === undefined || id === '' ? 'arm' : 'arm64';
    },
  ],
  [
    /^(?:OF: fdt: ?)?Machine model: (.+)$/,
    (draft, [model]) => {
      draft.model ??= model?.trim();
    },
  ],
  [
    /^(?:Kernel c|C)ommand line: ?(.*)$/,
    (draft, [line]) => {
      draft.bootargs ??= line?.trim();
    },
  ],
  [
    /^ *node +\d+: \[mem (0x[0-9a-f]+)-(0x[0-9a-f]+)\]/,
    (draft, [first = '0x0', last = '0x0']) => {
      draft.banks.push(inclusive(first, last));
      draft.tellsAreas ??= false;
    },
  ],
  [
    /^ +(DMA|DMA32|Normal|HighMem) +(?:empty|\[mem (0x[0-9a-f]+)-(0x[0-9a-f]+)\])/,
    (draft, [name = '', first, last]) => {
      draft.zones.push(name);
      if (first === undefined || last === undefined) return;
      if (name === 'DMA') draft.dmaEnd = BigInt(last) + 1n;
      if (name === 'HighMem') draft.highMemory = BigInt(first);
    },
  ],
  [
    /Reserved memory: created CMA memory pool at (0x[0-9a-f]+), size (\d+) (MiB|KiB)/,
    poolReader(true, 'shared-dma-pool'),
  ],
  [
    /Reserved memory: created DMA memory pool at (0x[0-9a-f]+), size (\d+) (MiB|KiB)/,
    poolReader(false, 'shared-dma-pool'),
  ],
  [
    /Reserved memory: created restricted DMA pool at (0x[0-9a-f]+), size (\d+) (MiB|KiB)/,
    poolReader(false, 'restricted-dma-pool'),
  ],
  [
    /^OF: reserved mem: initialized node (.+), compatible id (\S+)/,
    (draft, [name = '', compatible]) => {
      const { pool } = draft;
      if (pool === undefined) return;
      // A log of older releases does not say whether a pool is mapped; one that devices own usually is not.
      const noMap = !pool.reusable && compatible === 'shared-dma-pool';
      noteRegion(draft, { ...pool, name, noMap, compatible: compatible ?? pool.compatible });
      draft.pool = undefined;
    },
  ],
  [
    /^OF: reserved mem: (0x[0-9a-f]+)\.\.(0x[0-9a-f]+) \( ?\d+ K(?:i)?B\) (map|nomap) (reusable|non-reusable) (.+)$/,
    (draft, [first = '0x0', last = '0x0', map, reusable, name = '']) => {
      noteWidth(draft, first);
      draft.tellsAreas = true;
      noteRegion(draft, {
        ...inclusive(first, last),
        name,
        noMap: map === 'nomap',
        reusable: reusable === 'reusable',
        compatible: undefined,
      });
    },
  ],
  [
    /^cma: Reserved (\d+) (MiB|KiB) at (0x[0-9a-f]+)/,
    (draft, [size = '0', suffix = 'MiB', base = '0x0']) => {
      noteWidth(draft, base);
      draft.tellsAreas = true;
      draft.defaultArea = { baseBytes: BigInt(base), sizeBytes: BigInt(size) * (unit[suffix] ?? MiB) };
    },
  ],
  [
    /bypass (.+) node, using cmdline CMA params instead/,
    (draft, [name]) => {
      draft.bypassed ??= name;
    },
  ],
  [
    /Skipping dt linux,cma-default node/,
    (draft) => {
      draft.bypassed ??= 'linux,cma';
    },
  ],
  [
    /failed to allocate memory for node '(.+?)'(?:: size (\d+) MiB)?/,
    (draft, [name = '', size]) => {
      draft.failed.push({ name, sizeBytes: size === undefined ? undefined : BigInt(size) * MiB });
    },
  ],
  [
    /^On node 0 totalpages: (\d+)/,
    (draft, [pages]) => {
      draft.totalPages ??= Number(pages);
    },
  ],
  [
    /^Freeing initrd memory: (\d+)K/,
    (draft, [size = '0']) => {
      draft.initrdBytes = BigInt(size) * KiB;
    },
  ],
  [
    /^Memory: \d+K\/\d+K available .*?(?:, (\d+)K cma-reserved)?[,)]/,
    (draft) => {
      draft.tellsAreas ??= true;
    },
  ],
];

/** Reads a kernel's log. Lines that tell nothing of memory are passed over. */
export function readDmesg(text: string): FieldFacts {
  const draft: Draft = { banks: [], regions: [], failed: [], zones: [] };
  for (const line of logLines(text)) {
    for (const [pattern, read] of readers) {
      const match = pattern.exec(line);
      if (match !== null) read(draft, match.slice(1));
    }
  }
  const { pool: _, totalPages, banks, zones, tellsAreas, ...facts } = draft;
  const joined = joinRanges(banks);
  return {
    ...facts,
    ...(joined.length === 0
      ? {}
      : { banks: joined, splits: splitsOf(banks), tellsAreas: true, ...pageSizeOf(joined, totalPages) }),
    ...(zones.length === 0 ? {} : { zones }),
    ...(tellsAreas === undefined ? {} : { tellsAreas: joined.length > 0 || tellsAreas }),
  };
}

/** Where one range of memory ends and the next one begins: they differ in whether they are mapped. */
function splitsOf(ranges: readonly PhysicalRange[]): readonly bigint[] {
  const ends = new Set(ranges.map(rangeEnd));
  return ranges.map(({ baseBytes }) => baseBytes).filter((base) => ends.has(base));
}

/** Releases before 6.1 or so print how many pages there are. */
function pageSizeOf(
  banks: readonly PhysicalRange[],
  pages: number | undefined,
): Pick<FieldFacts, 'pageSizeBytes'> {
  if (pages === undefined || pages === 0) return {};
  const bytes = Number(banks.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0n));
  const size = [4096, 16_384, 65_536].find((candidate) => Math.abs(bytes / pages / candidate - 1) < 0.1);
  return size === undefined ? {} : { pageSizeBytes: size };
}

/** Whether a text looks like a kernel's log. */
export function looksLikeDmesg(text: string): boolean {
  const lines = logLines(text);
  if (/^(?:<\d+>)?\[\s*\d+\.\d{6}\]/m.test(text)) return true;
  return lines.some((line) => /^(?:Linux version \d|Booting Linux on physical CPU|Zone ranges:)/.test(line));
}
