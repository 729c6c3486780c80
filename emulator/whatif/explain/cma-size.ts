import { InputError } from '../../base/input-error.ts';
import type { SourcePosition } from '../../base/position.ts';
import { alignUp, formatSize, MiB } from '../../base/units.ts';
import { pageGeometry } from '../../linux/mm/page-geometry.ts';
import { type BootRequest, bootUp } from '../boot-tree.ts';
import { defaultPoolNode } from '../default-pool.ts';
import type { System } from '../system.ts';
import { type Change, optionOf, setProperty, withChange } from './change.ts';
import { cmaValue, withCma } from './changes/cma-parameter.ts';
import { wantedSize } from './wish.ts';

/** One of the three places that may state the size of the default area. */
export interface SizeSource {
  readonly source: 'command line' | 'devicetree' | 'configuration';
  /** What it says, as a sentence. */
  readonly says: string;
  readonly position?: SourcePosition | undefined;
  /** Whether it decided. */
  readonly decides: boolean;
  /** An edit of this source that asks for one step more, as an option. */
  readonly option: string;
  readonly value: string;
  /** What came of that edit when it was booted, as a sentence. */
  readonly effect: string;
}

/** The default area's size in bytes; 0 where there is none. */
export function defaultAreaBytes({ kernel }: System): bigint {
  const area = kernel?.contiguous.defaultArea;
  return area === undefined || kernel === undefined
    ? 0n
    : BigInt(area.pageCount) * BigInt(kernel.pageSizeBytes);
}

/** The three sources in the order of their precedence, each with an edit that was booted. */
export function sizeSources(request: BootRequest, system: System): readonly SizeSource[] {
  const now = defaultAreaBytes(system);
  const { release, config } = system.environment;
  const unit = pageGeometry(release, config).cmaQuantumBytes;
  const step = unit % MiB === 0n ? unit : MiB;
  const wanted = alignUp(now === 0n ? 64n * MiB : now + 1n, step);
  const decider = deciderOf(system);
  return [commandLine(system, wanted), devicetree(system, wanted), configuration(system, wanted)].map(
    ({ change, ...source }) => {
      const [option, value] = optionOf(change);
      const after = bootWith(request, change);
      const effect =
        after instanceof InputError
          ? `cannot be done: ${after.message}`
          : effectOf(source.source, after, now, wanted);
      return { ...source, decides: source.source === decider, option, value, effect };
    },
  );
}

function bootWith(request: BootRequest, change: Change): System | InputError {
  try {
    return bootUp(withChange(request, change));
  } catch (error) {
    if (error instanceof InputError) return error;
    throw error;
  }
}

/** Who decided about the size; nobody where there can be no default area. */
function deciderOf({ environment, kernel }: System): SizeSource['source'] | undefined {
  if (!environment.config.facts.dmaCma) return undefined;
  if (cmaValue(environment.handoff.bootargs) !== undefined) return 'command line';
  return kernel?.contiguous.defaultArea?.nodePath === undefined ? 'configuration' : 'devicetree';
}

function effectOf(source: SizeSource['source'], after: System, before: bigint, wanted: bigint): string {
  if (!after.booted) return `the kernel panics: ${after.panic ?? ''}`;
  const now = defaultAreaBytes(after);
  if (now === before) {
    const decider = deciderOf(after);
    if (decider === undefined) return 'changes nothing: DMA_CMA is not set in the configuration';
    return decider === source
      ? 'changes nothing: it gets no place'
      : `changes nothing: the ${decider} goes before it`;
  }
  const size = now === 0n ? 'there is no default area then' : `the default area has ${formatSize(now)} then`;
  return now === wanted || source === 'configuration'
    ? size
    : `${size}, not the ${formatSize(wanted)} asked for`;
}

type Source = Pick<SizeSource, 'source' | 'says' | 'position'> & { readonly change: Change };

function commandLine({ environment }: System, wanted: bigint): Source {
  const { bootargs } = environment.handoff;
  const value = cmaValue(bootargs);
  const text = megabytes(wanted);
  const changed =
    value === undefined ? `${bootargs} cma=${text}`.trim() : withCma(bootargs, text + rangeOf(value));
  return {
    source: 'command line',
    says: value === undefined ? 'there is no cma=' : `cma=${value}`,
    change: { kind: 'bootargs', bootargs: changed },
  };
}

function rangeOf(value: string): string {
  const at = value.indexOf('@');
  return at < 0 ? '' : value.slice(at);
}

function devicetree({ environment }: System, wanted: bigint): Source {
  const { tree } = environment.handoff;
  const node = defaultPoolNode(tree);
  if (node === undefined) {
    const text = `linux,cma,size=${megabytes(wanted)},reusable,default`;
    return {
      source: 'devicetree',
      says: 'no reusable shared-dma-pool has linux,cma-default',
      change: { kind: 'edit', edit: { kind: 'add-region', text } },
    };
  }
  const property = node.has('reg') ? 'reg' : 'size';
  const base = node.property('reg')?.number(0, environment.handoff.tree.root.addressCells ?? 2);
  const value = base === undefined ? megabytes(wanted) : `0x${base.toString(16)}+${megabytes(wanted)}`;
  return {
    source: 'devicetree',
    says: `${node.path} asks for ${formatSize(wantedSize(tree, node))}`,
    position: tree.positionOf(node, property),
    change: setProperty(node.path, property, value),
  };
}

function configuration({ environment }: System, wanted: bigint): Source {
  const { config } = environment;
  const megabytesNow = config.number('CMA_SIZE_MBYTES') ?? 0;
  const percentage = config.number('CMA_SIZE_PERCENTAGE') ?? 0;
  const byPercentage = config.enabled('CMA_SIZE_SEL_PERCENTAGE');
  const either = ['CMA_SIZE_SEL_MIN', 'CMA_SIZE_SEL_MAX'].find((symbol) => config.enabled(symbol));
  const says = !config.facts.dmaCma
    ? 'DMA_CMA is not set: there is no default area at all'
    : byPercentage
      ? `CMA_SIZE_PERCENTAGE is ${percentage}`
      : either === undefined
        ? `CMA_SIZE_MBYTES is ${megabytesNow}`
        : `${either} of CMA_SIZE_MBYTES ${megabytesNow} and CMA_SIZE_PERCENTAGE ${percentage}`;
  const change: Change = byPercentage
    ? { kind: 'kconfig', symbol: 'CMA_SIZE_PERCENTAGE', value: String(percentage + 1) }
    : { kind: 'kconfig', symbol: 'CMA_SIZE_MBYTES', value: String(wanted / MiB) };
  return { source: 'configuration', says: `${says}, in ${config.origin}`, change };
}

function megabytes(bytes: bigint): string {
  return `${bytes / MiB}M`;
}
