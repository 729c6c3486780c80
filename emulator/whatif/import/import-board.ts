import { inputError } from '../../base/input-error.ts';
import { hex } from '../../base/units.ts';
import { parseBoardFile } from '../../machine/board-file.ts';
import { bootTree } from '../boot-tree.ts';
import { chooseKernel } from '../kernel-choice.ts';
import { loadInput } from '../load-input.ts';
import type { BootSummary } from '../summary.ts';
import { type BoardDraft, draftBoard } from './board-text.ts';
import type { FieldFacts, FieldFile, FieldRegion } from './facts.ts';
import { mergeFacts } from './merge.ts';
import { isStatic, treeSource } from './tree-source.ts';

/** Something that lies elsewhere on the imported board than it did in the field. */
export interface Misplaced {
  readonly name: string;
  readonly field: bigint;
  /** Undefined where the imported board has no such thing. */
  readonly here: bigint | undefined;
}

/** A board that was made of a machine's files. */
export interface ImportedBoard {
  readonly name: string;
  /** The text of board.yaml. */
  readonly profile: string;
  /** The text of its devicetree source, which the profile calls NAME.dts. */
  readonly tree: string;
  /** What could not be known, and what was taken instead. */
  readonly unknown: readonly string[];
  readonly misplaced: readonly Misplaced[];
  /** What a boot of the board gives. */
  readonly summary: BootSummary;
}

/**
 * Makes a board of files from a machine, and boots it to see whether its regions and areas lie where they lay: where
 * they do not, other orders and limits are tried. Files that tell nothing of RAM are an InputError.
 */
export async function importBoard(files: readonly FieldFile[]): Promise<ImportedBoard> {
  const facts = mergeFacts(files);
  if (facts.banks === undefined && facts.memTotalBytes === undefined) {
    const names = files.map(({ file }) => file).join(', ');
    const problem =
      `${names}: nothing tells where RAM is: the log has no "Early memory node ranges", so its beginning is ` +
      'missing; give /proc/iomem as well, or the whole log (journalctl -k -b)';
    throw inputError('field-report-poor', { problem });
  }
  const draft = draftBoard(facts, files);
  const trials = trialsOf(draft);
  let best:
    | { readonly trial: BoardDraft; readonly summary: BootSummary; misplaced: readonly Misplaced[] }
    | undefined;
  for (const trial of trials) {
    const summary = await bootDraft(trial);
    const misplaced = compare(facts, summary);
    if (best === undefined || misplaced.length < best.misplaced.length) best = { trial, summary, misplaced };
    if (misplaced.length === 0) break;
  }
  if (best === undefined) throw new Error('a board is tried at least once');
  const { trial, summary, misplaced } = best;
  return {
    name: trial.name,
    profile: trial.profile,
    tree: treeSource(trial.tree),
    unknown: [...trial.unknown, ...limitsOf(trial), ...totals(facts, summary)],
    misplaced,
    summary,
  };
}

/** As the log has it; regions in other orders; and regions that may not lie higher than they did. */
function trialsOf(draft: BoardDraft): readonly BoardDraft[] {
  const { regions } = draft.tree;
  const searched = regions.filter((region) => !isStatic(region));
  const fixed = regions.filter(isStatic);
  const orders: readonly (readonly FieldRegion[])[] =
    searched.length < 2
      ? [regions]
      : [
          regions,
          [...fixed, ...rotated(searched)],
          [...fixed, ...searched],
          [...rotated(searched), ...fixed],
          [...searched.toReversed(), ...fixed],
        ];
  const limits = [new Set<string>(), new Set(searched.map(({ name }) => name))];
  const withLimits = searched.length === 0 ? limits.slice(0, 1) : limits;
  return withLimits.flatMap((limited) =>
    orders.map((order) => ({ ...draft, tree: { ...draft.tree, regions: order, limited } })),
  );
}

/** The last one first: older releases set up the first one last. */
function rotated(regions: readonly FieldRegion[]): readonly FieldRegion[] {
  const last = regions.at(-1);
  return last === undefined ? [] : [last, ...regions.slice(0, -1)];
}

async function bootDraft(draft: BoardDraft): Promise<BootSummary> {
  const profile = parseBoardFile(draft.profile, 'board.yaml');
  const source = new TextEncoder().encode(treeSource(draft.tree));
  const { tree } = await loadInput('-', {}, { stdin: async () => source });
  const readText = (): never => {
    throw new Error('an imported board names no configuration');
  };
  return bootTree({ ...chooseKernel({}, profile, readText, tree), tree, profile }).summary();
}

/** What lies elsewhere than in the field. */
function compare(facts: FieldFacts, summary: BootSummary): readonly Misplaced[] {
  const regions = (facts.regions ?? []).map(({ name, baseBytes }) => ({
    name,
    field: baseBytes,
    here: summary.regions.find((region) => region.name === name)?.base,
  }));
  const { defaultArea } = facts;
  const here = summary.areas.find(({ name }) => name === 'reserved')?.base;
  const all = [
    ...regions,
    ...(defaultArea === undefined ? [] : [{ name: 'reserved', field: defaultArea.baseBytes, here }]),
  ];
  return all.flatMap(({ name, field, here: found }) => {
    const place = found === undefined || found === null ? undefined : BigInt(found);
    return place === field ? [] : [{ name, field, here: place }];
  });
}

function limitsOf({ tree }: BoardDraft): readonly string[] {
  return tree.regions
    .filter(({ name }) => tree.limited.has(name))
    .map(
      ({ name, baseBytes, sizeBytes }) =>
        `what kept ${name} from lying above ${hex(baseBytes + sizeBytes)}: alloc-ranges up to there stand for it`,
    );
}

/** What the totals of /proc/meminfo say against it. */
function totals({ cmaTotalBytes }: FieldFacts, summary: BootSummary): readonly string[] {
  const here = summary.meminfo.CmaTotal;
  if (cmaTotalBytes === undefined || here === undefined || BigInt(here) === cmaTotalBytes) return [];
  return [`where all areas lie: CmaTotal is ${hex(cmaTotalBytes)} bytes in the field, and ${hex(here)} here`];
}
