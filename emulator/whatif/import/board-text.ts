import { stringify } from 'yaml';
import { formatRange, rangeEnd } from '../../base/range.ts';
import { formatSize, GiB, hex, MiB, smaller } from '../../base/units.ts';
import { nearestRelease } from '../../linux/releases.ts';
import type { FieldFacts, FieldFile, FieldRegion } from './facts.ts';
import { isStatic, type TreeFacts } from './tree-source.ts';

/** What is made of the facts of the field: a profile, what the tree says, and what stays open. */
export interface BoardDraft {
  readonly name: string;
  /** The text of board.yaml. */
  readonly profile: string;
  readonly tree: TreeFacts;
  /** What the files do not tell, and what was taken instead, as sentences. */
  readonly unknown: readonly string[];
}

const fourGiB = 4n * GiB;

/** Makes a board of what is known; RAM must be, in some way. */
export function draftBoard(facts: FieldFacts, files: readonly FieldFile[]): BoardDraft {
  const unknown: string[] = [];
  const release = chooseRelease(facts, unknown);
  const banks = chooseBanks(facts, unknown);
  const regions = facts.regions ?? [];
  const defaultRegion = chooseDefault(facts, unknown);
  const title = facts.model ?? 'a machine of the field';
  const name = slug(title);
  const configuration = chooseSymbols(facts, defaultRegion, unknown);
  const end = rangeEnd(banks.at(-1) ?? { baseBytes: 0n, sizeBytes: 0n });
  const isNarrow =
    facts.architecture !== 'arm' && facts.dmaEnd !== undefined && facts.dmaEnd < smaller(end, fourGiB);
  tellOpenPlaces(facts, unknown);
  tellRegions(facts, release, unknown);
  return {
    name,
    unknown,
    profile: stringify({
      name,
      title,
      source: `Imported from ${files.map(({ kind, file }) => `${kind} (${file})`).join(', ')}.`,
      dts: `${name}.dts`,
      ...(facts.architecture === undefined ? {} : { arch: facts.architecture }),
      release,
      ...(facts.bootargs === undefined ? {} : { bootargs: facts.bootargs }),
      ...(Object.keys(configuration).length === 0 ? {} : { configuration }),
      ...(facts.kernelImage === undefined
        ? {}
        : { firmware: { kernelImage: formatRange(facts.kernelImage) } }),
    }),
    tree: {
      title,
      model: facts.model,
      banks,
      regions,
      defaultRegion,
      limited: new Set(),
      dmaEnd: isNarrow ? facts.dmaEnd : undefined,
    },
  };
}

function slug(text: string): string {
  const words = text.toLowerCase().match(/[a-z0-9]+/g) ?? ['field'];
  return words.join('-').slice(0, 48);
}

function chooseRelease({ version }: FieldFacts, unknown: string[]): string {
  if (version === undefined) {
    const release = nearestRelease('').name;
    unknown.push(`the kernel's release: ${release} was taken, as where nothing is said`);
    return release;
  }
  const { name, version: modelled } = nearestRelease(version);
  if (version !== modelled) {
    unknown.push(`Linux ${version} itself: it is modelled by the nearest release, ${name} (${modelled})`);
  }
  return name;
}

function chooseBanks(facts: FieldFacts, unknown: string[]): TreeFacts['banks'] {
  if (facts.banks !== undefined) return facts.banks;
  const total = facts.memTotalBytes ?? 0n;
  const step = 128n * MiB;
  const sizeBytes = ((total + total / 50n + 64n * MiB + step - 1n) / step) * step;
  unknown.push(
    `where RAM lies: one bank of ${formatSize(sizeBytes)} from 0x40000000 on was taken, of which about ` +
      `${formatSize(total)} is left to the system as /proc/meminfo says; give a log or /proc/iomem as well`,
  );
  return [{ baseBytes: GiB, sizeBytes }];
}

/** The pool that devices get by default, if the log lets one be known. */
function chooseDefault(facts: FieldFacts, unknown: string[]): string | undefined {
  if (facts.defaultArea !== undefined || hasCmaParameter(facts)) return undefined;
  const pools = (facts.regions ?? []).filter(({ reusable, noMap }) => reusable && !noMap);
  const named = pools.find(({ name }) => /^linux,cma/.test(name));
  const [first, ...others] = pools;
  if (named !== undefined || first === undefined) return named?.name;
  if (others.length > 0) {
    unknown.push(
      `which pool is the default one: ${first.name} was taken, of ${pools.map(({ name }) => name).join(', ')}`,
    );
  }
  return first.name;
}

function hasCmaParameter({ bootargs = '' }: FieldFacts): boolean {
  return /(?:^|\s)cma=/.test(bootargs);
}

/** Symbols that the files let be known; the rest is the reference configuration's. */
function chooseSymbols(
  facts: FieldFacts,
  defaultRegion: string | undefined,
  unknown: string[],
): Readonly<Record<string, string | number | boolean>> {
  const symbols: Record<string, string | number | boolean> = {};
  unknown.push("the kernel's configuration: the reference one was taken, with what the files tell");
  if (facts.pageSizeBytes !== undefined && facts.pageSizeBytes !== 4096) {
    symbols[`ARM64_${facts.pageSizeBytes / 1024}K_PAGES`] = true;
  } else if (facts.pageSizeBytes === undefined) unknown.push('the page size: 4 KiB was taken');
  if (!hasCmaParameter(facts) && defaultRegion === undefined) {
    const size = facts.defaultArea?.sizeBytes ?? unplacedArea(facts, unknown);
    if (size !== undefined) symbols.CMA_SIZE_MBYTES = Number(size / MiB);
  }
  if (facts.architecture === 'arm') addArmSymbols(facts, symbols, unknown);
  return symbols;
}

/** The default area's size where no log tells its place. */
function unplacedArea(facts: FieldFacts, unknown: string[]): bigint | undefined {
  if (facts.tellsAreas === true) return 0n;
  if (facts.cmaTotalBytes === undefined) {
    unknown.push('the default area: the reference configuration decides about it');
    return undefined;
  }
  unknown.push(`where areas lie: one of ${formatSize(facts.cmaTotalBytes)}, all of CmaTotal, was taken`);
  return facts.cmaTotalBytes;
}

function addArmSymbols(
  facts: FieldFacts,
  symbols: Record<string, string | number | boolean>,
  unknown: string[],
): void {
  if (facts.wideAddresses === true) {
    symbols.ARM_LPAE = true;
    symbols.SWIOTLB = true;
  }
  const { zones } = facts;
  if (zones === undefined) {
    unknown.push('whether the kernel has HIGHMEM and ZONE_DMA: both were taken');
    return;
  }
  symbols.HIGHMEM = zones.includes('HighMem');
  symbols.ZONE_DMA = zones.includes('DMA');
  const lowBytes =
    facts.highMemory === undefined ? undefined : facts.highMemory - (facts.banks?.[0]?.baseBytes ?? 0n);
  const split = splits.get(lowBytes ?? 768n * MiB);
  if (split !== undefined && split !== 'VMSPLIT_3G') symbols[split] = true;
}

/** How much memory each split of the address space maps. */
const splits: ReadonlyMap<bigint, string> = new Map([
  [768n * MiB, 'VMSPLIT_3G'],
  [1024n * MiB, 'VMSPLIT_3G_OPT'],
  [1792n * MiB, 'VMSPLIT_2G'],
  [2816n * MiB, 'VMSPLIT_1G'],
]);

/** Objects that the boot loader put into RAM. */
function tellOpenPlaces(facts: FieldFacts, unknown: string[]): void {
  if (facts.bootargs === undefined) unknown.push('the command line: an empty one was taken');
  if (facts.kernelImage === undefined) {
    unknown.push('where the kernel lies: a place was assumed; /proc/iomem, read as root, tells it');
  }
  const initrd =
    facts.initrdBytes === undefined
      ? ''
      : `, nor the initrd of ${formatSize(facts.initrdBytes)} which there was`;
  unknown.push(`where the devicetree blob lay: a place was assumed${initrd}`);
}

/** What the log keeps to itself about regions. */
function tellRegions(facts: FieldFacts, release: string, unknown: string[]): void {
  const regions = facts.regions ?? [];
  if (facts.bypassed !== undefined) {
    unknown.push(`the size of the pool ${facts.bypassed}, which cma= took the place of: it is left out`);
  }
  for (const { name, sizeBytes } of facts.failed ?? []) {
    const size = sizeBytes === undefined ? '' : ` of ${formatSize(sizeBytes)}`;
    unknown.push(`why the region ${name}${size} got no place: it is left out`);
  }
  const searched = regions.filter((region) => !isStatic(region));
  if (searched.length > 0) {
    unknown.push(
      `alignment and alloc-ranges of ${searched.map(({ name }) => name).join(', ')}: none were taken`,
    );
  }
  const hidden = regions.filter(({ noMap }) => noMap);
  const edges = new Set(hidden.flatMap((region) => [region.baseBytes, rangeEnd(region)]));
  const splits = (facts.splits ?? []).filter((split) => !edges.has(split));
  if (splits.length > 0) {
    const places = splits.map((split) => hex(split)).join(', ');
    unknown.push(`which parts of RAM are not mapped: it is split at ${places}; /proc/iomem tells them`);
  }
  const guessed = regions.filter(isGuessed).map(({ name }) => name);
  if (guessed.length > 0) unknown.push(`whether ${guessed.join(', ')} are mapped: no-map was taken`);
  const nameless = regions.filter(({ name }) => name.startsWith('reserved@'));
  if (nameless.length > 0) {
    const places = nameless.map(({ baseBytes }) => hex(baseBytes)).join(', ');
    unknown.push(`what the memory is that is not mapped at ${places}`);
  }
  if (facts.regions !== undefined && !printsRegions(release)) {
    unknown.push('regions that no early driver takes: this release prints no line for them');
  }
}

function isGuessed({ noMap, reusable, compatible }: FieldRegion): boolean {
  return noMap && !reusable && compatible === 'shared-dma-pool';
}

function printsRegions(release: string): boolean {
  return nearestRelease(release).behaviours.regionLine !== 'none';
}
