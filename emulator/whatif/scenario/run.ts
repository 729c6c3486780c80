import { InputError, inputError } from '../../base/input-error.ts';
import type { RunOutcome } from '../../userland/workload/outcome.ts';
import { type Job, runJobs } from '../../userland/workload/run.ts';
import { roundRobin, shuffled } from '../../userland/workload/schedule.ts';
import { loadBoot } from '../boot.ts';
import { type BootRequest, bootTree, bootUp } from '../boot-tree.ts';
import { type CheckDocument, check as checkRequest } from '../check/check.ts';
import { checkConsumers } from '../consumers/consumers.ts';
import type { Contract } from '../consumers/contract.ts';
import { explainSystem } from '../explain/explain.ts';
import type { System } from '../system.ts';
import { settleUserland } from '../userland/start.ts';
import { workloadHost } from '../workload-host.ts';
import type { Difference, Observed } from './observed.ts';
import type { Scenario } from './scenario.ts';
import type { Setup } from './settings.ts';

/** How a scenario ended. It is refused where it shows nothing: what holds after also holds without the change. */
export type Verdict = 'passed' | 'failed' | 'refused';

export interface ScenarioResult {
  readonly name: string;
  readonly summary: string;
  readonly file: string;
  readonly verdict: Verdict;
  /** Where the side without the change differs from what was expected. */
  readonly before: readonly Difference[];
  /** Where the side with the change does. */
  readonly after: readonly Difference[];
}

/** Finds the workload or program of a name, or of a path that starts at the scenario's folder. */
export type FindJob = (name: string) => Promise<Job>;

/** Finds the contract of a consumer, by its name or its path from the scenario's folder. */
export type FindContract = (name: string) => Promise<Contract>;

/** Runs a scenario: both sides, each on a fresh boot. Bad input that it does not expect is thrown. */
export async function runScenario(
  scenario: Scenario,
  findJob: FindJob,
  findContract?: FindContract,
): Promise<ScenarioResult> {
  const { name, summary, file, setup, before, after } = scenario;
  const first = await observe(setup, before.keys.includes('refused'), findJob, findContract);
  const second = await observe(scenario.change(setup), after.keys.includes('refused'), findJob, findContract);
  const differences = { before: before.compare(first), after: after.compare(second) };
  const showsNothing = after.compare(first).length === 0;
  const holds = differences.before.length + differences.after.length === 0;
  const verdict = showsNothing ? 'refused' : holds ? 'passed' : 'failed';
  return { name, summary, file, verdict, ...differences };
}

async function observe(
  setup: Setup,
  mayRefuse: boolean,
  findJob: FindJob,
  findContract: FindContract | undefined,
): Promise<Observed> {
  const begun = await begin(setup, mayRefuse, findContract);
  if (begun.system === undefined) {
    const { refusal, check } = begun;
    return { refusal, summary: undefined, explain: undefined, outcome: undefined, check };
  }
  const { request, system, check } = begun;
  if (setup.workloads.length === 0) settleUserland(system, setup.options);
  const summary = system.summary();
  const outcome = system.booted ? await runWorkloads(setup, system, findJob) : undefined;
  const consumers = await checkConsumersOf(setup, request, findContract);
  const explain = remembered((subject: string) => explainSystem(request, bootUp(request), subject));
  const log = system.dmesg.map(({ text }) => text);
  return { refusal: undefined, summary, explain, consumers, outcome, log, check };
}

/** The same answer to the same question: explanations take dozens of boots, and several expectations ask. */
function remembered<Answer>(ask: (subject: string) => Answer): (subject: string) => Answer {
  const known = new Map<string, Answer>();
  return (subject) => {
    const answer = known.get(subject) ?? ask(subject);
    known.set(subject, answer);
    return answer;
  };
}

/** A boot that began, or why it did not; what a check says of it takes boots of its own. */
type Begun =
  | { readonly request: BootRequest; readonly system: System; readonly check: () => CheckDocument }
  | {
      readonly system?: undefined;
      readonly refusal: InputError;
      readonly check?: (() => CheckDocument) | undefined;
    };

async function begin(
  setup: Setup,
  mayRefuse: boolean,
  findContract: FindContract | undefined,
): Promise<Begun> {
  let check: (() => CheckDocument) | undefined;
  try {
    const request = await loadSetup(setup);
    const contracts = await contractsOf(setup, findContract);
    const others: BootRequest[] = [];
    for (const release of setup.releases ?? []) {
      others.push(await loadSetup({ ...setup, options: { ...setup.options, release } }));
    }
    let known: CheckDocument | undefined;
    const answer = () => {
      known ??= checkRequest(request, { others, contracts });
      return known;
    };
    check = answer;
    return { request, system: bootTree(request), check: answer };
  } catch (error) {
    if (mayRefuse && error instanceof InputError) return { refusal: error, check };
    throw error;
  }
}

async function loadSetup({ board, tree, options }: Setup): Promise<BootRequest> {
  if (tree === undefined) return loadBoot(board ?? '', options);
  if ('path' in tree) return loadBoot(tree.path, { ...options, board });
  const source = new TextEncoder().encode(tree.source);
  return loadBoot('-', { ...options, board }, { stdin: async () => source });
}

async function runWorkloads(setup: Setup, system: System, findJob: FindJob): Promise<RunOutcome | undefined> {
  if (setup.workloads.length === 0) return undefined;
  const jobs: Job[] = [];
  for (const workload of setup.workloads) {
    jobs.push('inline' in workload ? { workload: workload.inline } : await findJob(workload.name));
  }
  const order = setup.schedule === 'random' ? shuffled(setup.options.seed ?? 0) : roundRobin;
  const { credentials, faults = [] } = setup;
  return runJobs(jobs, workloadHost(system), { credentials, order, faults });
}

/** Each consumer on a boot of its own kind: what workloads did must not change what it gets. */
async function checkConsumersOf(
  { consumers }: Setup,
  request: BootRequest,
  findContract: FindContract | undefined,
): Promise<Observed['consumers']> {
  if (consumers.length === 0) return undefined;
  const contracts = await contractsOf({ consumers }, findContract);
  return checkConsumers(request, contracts, { asUser: false }).consumers;
}

async function contractsOf(
  { consumers }: Pick<Setup, 'consumers'>,
  findContract: FindContract | undefined,
): Promise<readonly Contract[]> {
  const contracts: Contract[] = [];
  for (const name of consumers) {
    if (findContract === undefined)
      throw inputError('usage', { problem: `no contract of "${name}" is at hand` });
    contracts.push(await findContract(name));
  }
  return contracts;
}
