import { diffArrays } from 'diff';
import { type Job, runJobs } from '../../userland/workload/run.ts';
import { type BootRequest, bootTree, bootUp } from '../boot-tree.ts';
import { checkConsumers } from '../consumers/consumers.ts';
import type { Contract } from '../consumers/contract.ts';
import { type DmaMaster, dmaMasters } from '../consumers/devices.ts';
import { comparePolicies } from '../policies/policies.ts';
import type { AreaSummary } from '../summary.ts';
import type { ModuleState } from '../userland/module-states.ts';
import { workloadHost } from '../workload-host.ts';
import { type DriverForm, driverForms } from './forms.ts';
import { type RamUse, ramOf } from './ram.ts';

/** A board or a variation of one, under the name by which it was asked for. */
export interface Compared {
  readonly name: string;
  readonly request: BootRequest;
}

/** Whether one of the two heap drivers is needed on a board, and why. */
export interface DriverNeed {
  readonly needed: boolean;
  readonly why: string;
}

/** How a workload went. */
export interface WorkloadResult {
  readonly workload: string;
  readonly passed: boolean;
  /** The first failure, as a sentence. */
  readonly problem?: string | undefined;
}

/** What CMA holds against what the workloads used at most; bytes. */
export interface CmaUse {
  readonly heldBytes: number;
  readonly peakBytes: number;
  readonly idleBytes: number;
}

/** One subject of a comparison. */
export interface ComparedColumn {
  readonly name: string;
  readonly board: string | null;
  readonly release: string;
  readonly config: string;
  readonly booted: boolean;
  readonly panic?: string | undefined;
  readonly ram: RamUse;
  readonly areas: readonly AreaSummary[];
  readonly heaps: readonly string[];
  /** Names of CMA heaps, by policy. */
  readonly heapsByPolicy: Readonly<Record<string, readonly string[]>>;
  /** Those heaps under any policy that an unpatched kernel of that release would not have. */
  readonly notInMainline: readonly string[];
  readonly policy: string;
  readonly devices: readonly DmaMaster[];
  /** Paths of those that need contiguous memory. */
  readonly contiguousDevices: readonly string[];
  readonly drivers: { readonly system: DriverNeed; readonly cma: DriverNeed };
  readonly cma: CmaUse;
  readonly modules: readonly ModuleState[];
  /** What each form of the CMA heap's driver costs here. */
  readonly forms: readonly DriverForm[];
  readonly consumers: readonly {
    readonly consumer: string;
    readonly passes: boolean;
    readonly why: string;
  }[];
  readonly workloads: readonly WorkloadResult[];
  /** Lines of the kernel log that the first subject has and this one has not, and the other way round. */
  readonly log: { readonly removed: readonly string[]; readonly added: readonly string[] };
}

/** The document that `heapboard compare --json` prints. */
export interface CompareDocument {
  readonly schemaVersion: 1;
  readonly columns: readonly ComparedColumn[];
  /** What follows, as sentences. */
  readonly conclusions: readonly string[];
}

/** What is asked of every subject. */
export interface CompareQuestions {
  readonly contracts: readonly Contract[];
  /** Reads the workloads anew for each boot, by name. */
  readonly jobs: () => Promise<readonly Job[]>;
}

/** Boots every subject in all the ways that the comparison needs, and puts the answers side by side. */
export async function compareBoards(
  subjects: readonly Compared[],
  questions: CompareQuestions,
): Promise<CompareDocument> {
  const columns: ComparedColumn[] = [];
  let firstLog: readonly string[] | undefined;
  for (const subject of subjects) {
    const { column, log } = await columnOf(subject, questions, firstLog);
    firstLog ??= log;
    columns.push(column);
  }
  return { schemaVersion: 1, columns, conclusions: columns.map(conclusionOf) };
}

async function columnOf(
  { name, request }: Compared,
  { contracts, jobs }: CompareQuestions,
  firstLog: readonly string[] | undefined,
): Promise<{ readonly column: ComparedColumn; readonly log: readonly string[] }> {
  const system = bootUp(request);
  const summary = system.summary();
  const log = summary.dmesg.map(({ text }) => text);
  const devices = dmaMasters(system.environment.handoff.tree, request.profile?.devices);
  const drivers = driverNeeds(devices);
  const { workloads, peakBytes } = await runWorkloads(request, await jobs());
  const heldBytes = summary.meminfo.CmaTotal ?? 0;
  const { consumers } = checkConsumers(request, contracts, { asUser: false });
  const { policies } = comparePolicies(request);
  return {
    log,
    column: {
      name,
      board: summary.board,
      release: summary.release,
      config: summary.config,
      booted: summary.booted,
      panic: summary.panic,
      ram: ramOf(summary),
      areas: summary.areas,
      heaps: summary.heaps.map((heap) => heap.name),
      heapsByPolicy: Object.fromEntries(
        policies.map(({ policy, heaps }) => [policy, heaps.map((heap) => heap.name)]),
      ),
      notInMainline: [
        ...new Set(
          [...summary.heaps, ...policies.flatMap(({ heaps }) => heaps)].flatMap((heap) =>
            heap.needs === undefined ? [] : [heap.name],
          ),
        ),
      ],
      policy: summary.exportPolicy,
      devices,
      contiguousDevices: contiguous(devices).map(({ node }) => node),
      drivers,
      cma: { heldBytes, peakBytes, idleBytes: Math.max(0, heldBytes - peakBytes) },
      modules: summary.modules,
      forms: driverForms(request, contracts, drivers.cma.needed),
      consumers: consumers.map(({ consumer, passes, needs }) => ({
        consumer,
        passes,
        why: (needs.find(({ met }) => met === passes) ?? needs[0])?.why ?? '',
      })),
      workloads,
      log: firstLog === undefined ? { removed: [], added: [] } : logDifference(firstLog, log),
    },
  };
}

function contiguous(devices: readonly DmaMaster[]): readonly DmaMaster[] {
  return devices.filter(({ enabled, needs }) => enabled && needs === 'contiguous');
}

function driverNeeds(devices: readonly DmaMaster[]): ComparedColumn['drivers'] {
  const [first, ...more] = contiguous(devices);
  const others = more.length === 0 ? '' : ` and ${more.length} more`;
  return {
    system: { needed: true, why: 'memory for the processor and for devices behind an IOMMU' },
    cma:
      first === undefined
        ? { needed: false, why: 'no device that is known needs contiguous memory' }
        : { needed: true, why: `${first.node}${others}: ${first.because}` },
  };
}

async function runWorkloads(
  request: BootRequest,
  jobs: readonly Job[],
): Promise<{ readonly workloads: readonly WorkloadResult[]; readonly peakBytes: number }> {
  const workloads: WorkloadResult[] = [];
  let peakBytes = 0;
  for (const job of jobs) {
    const workload = 'workload' in job ? job.workload.name : job.program.name;
    const system = bootTree(request);
    if (!system.booted) {
      workloads.push({ workload, passed: false, problem: `the kernel panics: ${system.panic ?? ''}` });
      continue;
    }
    const outcome = await runJobs([job], workloadHost(system));
    const [failure] = outcome.failures;
    peakBytes = Math.max(
      peakBytes,
      outcome.areas.reduce((sum, area) => sum + area.peakBytes, 0),
    );
    workloads.push({
      workload,
      passed: failure === undefined,
      problem: failure === undefined ? undefined : `${failure.step}: ${failure.problem}`,
    });
  }
  return { workloads, peakBytes };
}

function logDifference(before: readonly string[], after: readonly string[]): ComparedColumn['log'] {
  const changes = diffArrays([...before], [...after]);
  return {
    removed: changes.filter(({ removed }) => removed).flatMap(({ value }) => value),
    added: changes.filter(({ added }) => added).flatMap(({ value }) => value),
  };
}

const mib = (bytes: number) => `${(bytes / 2 ** 20).toFixed(0)} MiB`;
const kib = (bytes: number) => `${(bytes / 1024).toFixed(0)} KiB`;

/** What a board needs of the CMA heap, and what each form of it costs there. */
function conclusionOf(column: ComparedColumn): string {
  const { name, drivers, cma, contiguousDevices, areas } = column;
  const cost = costOf(column);
  if (!drivers.cma.needed) {
    const spare = areas.filter(({ isDefault }) => isDefault).reduce((sum, { size }) => sum + Number(size), 0);
    const held = spare === 0 ? '' : `; its default area keeps ${mib(spare)} from unmovable use for nothing`;
    return `${name} needs no CMA heap, for ${drivers.cma.why}: ${cost}${held}`;
  }
  const forms = new Map(column.forms.map((form) => [form.form, form]));
  const passing = forms.get('built-in')?.passing ?? [];
  const lost = (forms.get('absent')?.failing ?? []).filter((consumer) => passing.includes(consumer));
  const without = lost.length === 0 ? '' : `; without it ${lost.join(', ')} fail`;
  const use = `its areas hold ${mib(cma.heldBytes)}, of which the workloads used ${mib(cma.peakBytes)} at most`;
  return `${name} needs the CMA heap for ${contiguousDevices.join(' and ')}: ${cost}; ${use}${without}`;
}

/** What the driver's code costs, built in and as a module. */
function costOf({ forms, release }: ComparedColumn): string {
  const [builtIn, module] = forms;
  const guess = builtIn?.size === 'estimate' ? ' (estimated)' : '';
  const asModule =
    module === undefined || module.impossible === undefined
      ? moduleCost(module)
      : `${moduleCost(module.elsewhere)}${module.elsewhere === undefined ? '' : ` (on ${module.elsewhere.release}; ${release} has none)`}`;
  return `built in it costs ${kib(builtIn?.codeBytes ?? 0)} of code${guess}, ${asModule}`;
}

function moduleCost(module: DriverForm | undefined): string {
  if (module === undefined) return 'and its release cannot have it as a module';
  return `as a module ${module.loaded ? kib(module.codeBytes) : 'nothing, since nothing loads it'}`;
}
