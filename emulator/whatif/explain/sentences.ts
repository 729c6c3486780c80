import type { SourcePosition } from '../../base/position.ts';
import { rangeEnd } from '../../base/range.ts';
import { alignUp, formatSize, hex } from '../../base/units.ts';
import type { DtNode } from '../../devicetree/tree.ts';
import { FlatTree } from '../../linux/drivers/of/flat-tree.ts';
import { exporterOf } from '../policies/exports.ts';
import type { Failure } from './failure.ts';
import { rangesOf } from './node-ranges.ts';
import type { Subject } from './subject.ts';
import { wantedState } from './wish.ts';

/** Who asked for what, as a sentence, and where that stands. */
export function askedFor(
  failure: Failure,
  subject: Subject,
): { readonly says: string; readonly position?: SourcePosition | undefined } {
  const { node, system, wish } = failure;
  const { tree, bootargs } = system.environment.handoff;
  if (node !== undefined) {
    const property = node.has('reg') ? 'reg' : 'size';
    return {
      says: `${node.path} asks for ${wishText(failure, node)}.`,
      position: tree.positionOf(node, property),
    };
  }
  if (subject.area !== undefined) {
    const parameter = /(?:^|\s)(cma=\S*)(?!.*\scma=)/.exec(bootargs)?.[1];
    const who =
      parameter === undefined ? 'The configuration asks' : `The command line asks, with ${parameter},`;
    const rounded = alignUp(wish.sizeBytes, failure.areaUnitBytes);
    const more = rounded === wish.sizeBytes ? '' : `, which the kernel rounds up to ${formatSize(rounded)}`;
    return { says: `${who} for a default area of ${formatSize(wish.sizeBytes)}${more}.` };
  }
  if (subject.heap !== undefined) return { says: `The heap ${subject.heap} asks for no memory of its own.` };
  return { says: 'The question is about the boot as a whole.' };
}

function wishText(failure: Failure, node: DtNode): string {
  const { tree } = failure.system.environment.handoff;
  const { wish, pageBytes, areaUnitBytes } = failure;
  const state = wantedState(node);
  const kinds: Readonly<Record<string, string>> = {
    cma: 'as a CMA area',
    coherent: "as a device's coherent pool",
    restricted: 'as a restricted pool',
  };
  const alignment = node.property('alignment');
  const stated = alignment === undefined ? undefined : new FlatTree(tree).address(alignment);
  const least = state === 'cma' ? areaUnitBytes : 0n;
  const aligned = stated === undefined || stated < least ? least : stated;
  const words = [
    formatSize(wish.sizeBytes),
    placeText(failure, node),
    aligned > pageBytes && !node.has('reg') ? `aligned to ${formatSize(aligned)}` : '',
    kinds[state] ?? '',
    state === 'cma' && node.has('linux,cma-default') ? '(the default one)' : '',
    node.has('no-map') ? 'outside the linear map' : '',
  ];
  return words.filter((word) => word !== '').join(' ');
}

function placeText(failure: Failure, node: DtNode): string {
  const [fixed] = rangesOf(failure, node, 'reg');
  if (fixed !== undefined) return `at ${hex(fixed.baseBytes)}`;
  const windows = rangesOf(failure, node, 'alloc-ranges');
  if (windows.length === 0) return 'anywhere in memory';
  const list = windows.map((window) => `[${hex(window.baseBytes)}, ${hex(rangeEnd(window))})`);
  return `in ${list.join(' or ')}`;
}

/** What came of it, as a sentence. */
export function verdictOn(failure: Failure, subject: Subject, granted: boolean): string {
  const { system, region } = failure;
  if (!system.booted) return `The kernel panics: ${system.panic ?? ''}.`;
  if (region !== undefined) return regionVerdict(failure, subject, granted);
  if (subject.area !== undefined) return areaVerdict(failure, subject.area);
  const heap = system.kernel?.dmaHeaps.all.find(({ name }) => name === subject.heap);
  if (heap !== undefined)
    return `/dev/dma_heap/${heap.name} exists; it is a ${heap.kind} heap${mark(system, heap.name)}.`;
  return 'The boot succeeds.';
}

/** Why an area has no heap. */
function withoutHeap({ kernel }: Failure['system'], state: string): string {
  if (state !== 'cma' || kernel === undefined) return '';
  const { config, release, exportPolicy } = kernel;
  const built = config.tristate('DMABUF_HEAPS_CMA');
  if (built === 'n' || !config.enabled('DMABUF_HEAPS')) return '; the configuration has no CMA heaps';
  if (built === 'm' && !kernel.dmaHeaps.all.some(({ kind }) => kind === 'cma'))
    return '; the module cma_heap, which would make a heap of it, is not loaded';
  return `; the export policy ${exportPolicy} makes no heap of it on ${release.name}`;
}

/** That an unpatched kernel would not have a heap, in brackets. */
function mark({ kernel }: Failure['system'], name: string): string {
  const heap = kernel?.dmaHeaps.all.find((one) => one.name === name);
  const needs =
    heap === undefined || kernel === undefined ? undefined : exporterOf(heap, kernel.release.name).needs;
  return needs === undefined ? '' : ` (${needs})`;
}

function regionVerdict({ system, region }: Failure, subject: Subject, granted: boolean): string {
  if (region === undefined) return '';
  const { state, reason, baseBytes, sizeBytes, name } = region;
  const because = reason === undefined ? '' : `: ${reason}`;
  const place = baseBytes === undefined ? '' : `${formatSize(sizeBytes)} at ${hex(baseBytes)}`;
  const texts: Readonly<Record<string, string>> = {
    cma: `${name} is a CMA area of ${place}`,
    coherent: `${name} is a coherent pool of ${place}; such pools have no heap`,
    restricted: `${name} is a restricted pool of ${place}`,
    reserved: `${name} keeps ${place} reserved`,
    failed: `${name} gets no memory${because}`,
    returned: `${name} is given back${because}`,
    disabled: `${name} is not looked at${because}`,
    skipped: `${name} is passed over${because}`,
  };
  const isDefault = state === 'cma' && system.kernel?.contiguous.defaultArea?.nodePath === region.nodePath;
  const heap =
    subject.heap === undefined
      ? withoutHeap(system, state)
      : `; its heap is /dev/dma_heap/${subject.heap}${mark(system, subject.heap)}`;
  const lacking = granted || because !== '' ? '' : '; that is not all that it asks for';
  return `${texts[state] ?? state}${isDefault ? ', the default one' : ''}${heap}${lacking}.`;
}

function areaVerdict({ system }: Failure, name: string): string {
  const area = system.kernel?.cma.all.find((one) => one.name === name);
  if (area === undefined) return `There is no area ${name}.`;
  const page = BigInt(system.environment.pageSizeBytes);
  const size = formatSize(BigInt(area.pageCount) * page);
  const isDefault = area === system.kernel?.contiguous.defaultArea ? ', the default one' : '';
  return `${name} is a CMA area of ${size} at ${hex(BigInt(area.basePfn) * page)}${isDefault}.`;
}
