import type { Decision, Obstacle } from '../../base/decisions.ts';
import type { SourcePosition } from '../../base/position.ts';
import { formatSize, MiB } from '../../base/units.ts';
import { readCmaParameter } from '../../linux/kernel/dma/contiguous/command-line.ts';
import { pageGeometry } from '../../linux/mm/page-geometry.ts';
import type { BootRequest } from '../boot-tree.ts';
import { bootUp } from '../boot-tree.ts';
import type { System } from '../system.ts';
import { type Change, optionOf } from './change.ts';
import { cmaValue } from './changes/cma-parameter.ts';
import { defaultAreaBytes, type SizeSource, sizeSources } from './cma-size.ts';
import type { Failure } from './failure.ts';
import { findChange, firstStep } from './find-change.ts';
import { findLargest } from './largest.ts';
import { findRoom, type Room } from './room.ts';
import { askedFor, verdictOn } from './sentences.ts';
import { cmaSize, findSubject, ownArea, type Subject } from './subject.ts';
import { Trials } from './trials.ts';
import { defaultAreaWish, regionWish, survivalWish, type Wish } from './wish.ts';

/** A change as an option of the command line. */
export interface ProposedChange {
  readonly says: string;
  readonly option: string;
  readonly value: string;
  /** The value one step nearer to what it is now; booted as well, and not enough. */
  readonly tooLittle?: string | undefined;
}

/** Why something is as it is, and what would change it. Every change was applied and booted. */
export interface Explanation {
  readonly schemaVersion: 1;
  readonly subject: string;
  readonly release: string;
  /** Whether it got what was asked for. */
  readonly granted: boolean;
  readonly asked: { readonly says: string; readonly position?: SourcePosition | undefined };
  readonly decisions: readonly Decision[];
  readonly obstacles: readonly Obstacle[];
  readonly verdict: string;
  /** The smallest change of one value that grants the wish as it is. */
  readonly change?: (ProposedChange & { readonly kind: string }) | undefined;
  /** The largest size that would be granted, where that is less than asked for. */
  readonly largest?: (ProposedChange & { readonly sizeBytes: string }) | undefined;
  /** Where no single change suffices: the most obvious one, and what stands in the way then. */
  readonly firstStep?: (ProposedChange & { readonly outcome: string }) | undefined;
  /** How far the wish could grow, where it was granted. */
  readonly room?: Room | undefined;
  /** The three places that may state the default area's size, where `cma-size` was asked about. */
  readonly sources?: readonly SizeSource[] | undefined;
  /** How many boots it took to find out. */
  readonly boots: number;
}

/** Boots a request and explains one thing of it; an unknown name is an InputError. */
export function explain(request: BootRequest, name: string): Explanation {
  return explainSystem(request, bootUp(request), name);
}

/** Explains one thing of a system that was booted from a request. */
export function explainSystem(request: BootRequest, system: System, name: string): Explanation {
  if (name === cmaSize) return explainCmaSize(request, system);
  const subject = findSubject(system, name);
  const { wish, decisions, region } = questionOf(system, subject);
  const granted = wish?.isGranted(system) ?? system.booted;
  const failure = failureOf(request, system, wish ?? survivalWish(undefined), decisions, region);
  const trials = new Trials(request, system, failure.wish);
  const story = {
    schemaVersion: 1,
    subject: subject.name,
    release: system.environment.release.name,
    granted,
    asked: askedFor(failure, subject),
    decisions,
    obstacles: granted ? [] : failure.obstacles,
    verdict: verdictOn(failure, subject, granted),
  } as const;
  if (granted) {
    const room = wish === undefined ? undefined : findRoom(failure, trials);
    return { ...story, room, boots: trials.boots };
  }
  const found = findChange(failure, trials);
  const largest = wantsLargest(found?.kind) ? findLargest(failure, trials) : undefined;
  return {
    ...story,
    change:
      found === undefined
        ? undefined
        : { kind: found.kind, ...proposed(found.says, found.change, found.tooLittle) },
    largest:
      largest === undefined
        ? undefined
        : { ...proposed(largest.says, largest.change, undefined), sizeBytes: String(largest.sizeBytes) },
    firstStep: found === undefined && largest === undefined ? firstStepOf(failure, trials) : undefined,
    boots: trials.boots,
  };
}

/** Who decided about the default area's size, and what each source could do about it. */
function explainCmaSize(request: BootRequest, system: System): Explanation {
  const sources = sizeSources(request, system);
  const { environment, kernel } = system;
  const node = kernel?.contiguous.defaultArea?.nodePath;
  const decider = sources.find(({ decides }) => decides);
  const bytes = defaultAreaBytes(system);
  const size = bytes === 0n ? 'There is no default area' : `The default area has ${formatSize(bytes)}`;
  const says = 'The question is who decides about the size of the default area.';
  return {
    schemaVersion: 1,
    subject: cmaSize,
    release: environment.release.name,
    granted: bytes > 0n,
    asked: { says },
    decisions: environment.decisions.all.filter(({ subject }) => [`area:${ownArea}`, node].includes(subject)),
    obstacles: [],
    verdict: decider === undefined ? `${size}.` : `${size}: the ${decider.source} decides.`,
    sources,
    boots: sources.length,
  };
}

function firstStepOf(failure: Failure, trials: Trials): Explanation['firstStep'] {
  const step = firstStep(failure, trials);
  return step === undefined
    ? undefined
    : { ...proposed(step.says, step.change, undefined), outcome: step.outcome };
}

/** A smaller size is worth telling where keeping the size takes moving others, or does not work at all. */
function wantsLargest(kind: string | undefined): boolean {
  return (
    kind === undefined ||
    ['placed-objects', 'neighbour', 'release', 'page-size', 'alloc-ranges', 'memory-limit'].includes(kind)
  );
}

function proposed(says: string, change: Change, tooLittle: Change | undefined): ProposedChange {
  const [option, value] = optionOf(change);
  return { says, option, value, tooLittle: tooLittle === undefined ? undefined : optionOf(tooLittle)[1] };
}

interface Question {
  readonly wish: Wish | undefined;
  readonly decisions: readonly Decision[];
  readonly region: Subject['region'];
}

/** What was wished, by whom, and what the record says of it. A dead boot is asked about its death. */
function questionOf(system: System, subject: Subject): Question {
  const { environment } = system;
  const { tree } = environment.handoff;
  const fatal = system.booted ? undefined : environment.decisions.all.at(-1);
  const blamed = environment.regions.find((region) => region.nodePath === fatal?.subject);
  const region = subject.region ?? (subject.isBoot ? blamed : undefined);
  const names = [region?.nodePath, `area:${subject.area}`, `heap:${subject.heap}`];
  const isAboutDefault = region === undefined && subject.area === ownArea;
  const decisions = environment.decisions.all.filter(
    (decision) => names.includes(decision.subject) || decision === fatal,
  );
  const own = region === undefined ? undefined : regionWish(tree, region.node);
  if (!system.booted) return { wish: survivalWish(region === blamed ? own : undefined), decisions, region };
  if (own !== undefined) return { wish: own, decisions, region };
  const size = isAboutDefault ? sizeOfDefaultArea(system, decisions) : undefined;
  return { wish: size === undefined ? undefined : defaultAreaWish(size), decisions, region };
}

/** What `cma=` or the configuration asks for, before the kernel rounds it up; undefined where nothing is asked. */
function sizeOfDefaultArea({ environment }: System, decisions: readonly Decision[]): bigint | undefined {
  const { config, handoff } = environment;
  const tried = decisions.flatMap((decision) => decision.tried).find(({ sizeBytes }) => sizeBytes)?.sizeBytes;
  if (tried === undefined) return undefined;
  const value = cmaValue(handoff.bootargs);
  if (value !== undefined) return readCmaParameter(value, undefined).size;
  const bytes = config.enabled('CMA_SIZE_SEL_MBYTES')
    ? BigInt(config.number('CMA_SIZE_MBYTES') ?? 0) * MiB
    : 0n;
  return bytes === 0n ? tried : bytes;
}

function failureOf(
  request: BootRequest,
  system: System,
  wish: Wish,
  decisions: readonly Decision[],
  region: Subject['region'],
): Failure {
  const { release, config, pageSizeBytes } = system.environment;
  return {
    request,
    system,
    wish,
    node: region?.node,
    region,
    decisions,
    obstacles: decisions.flatMap(
      ({ obstacle, obstacles }) => obstacles ?? (obstacle === undefined ? [] : [obstacle]),
    ),
    areaUnitBytes: pageGeometry(release, config).cmaQuantumBytes,
    pageBytes: BigInt(pageSizeBytes),
  };
}
