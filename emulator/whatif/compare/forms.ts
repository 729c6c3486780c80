import { InputError } from '../../base/input-error.ts';
import { parseAssignment, refuseImpossibleModules, withSymbols } from '../../linux/kconfig.ts';
import { moduleDefinitions } from '../../linux/kernel/module/index.ts';
import { releaseNamed, releaseNames } from '../../linux/releases.ts';
import { type BootRequest, bootUp } from '../boot-tree.ts';
import type { Contract } from '../consumers/contract.ts';
import { type DmaMaster, dmaMasters } from '../consumers/devices.ts';
import { evaluateConsumer } from '../consumers/evaluate.ts';
import { chooseKernel } from '../kernel-choice.ts';
import type { System } from '../system.ts';
import type { ModuleState } from '../userland/module-states.ts';

/** What a board pays for one form of the CMA heap's driver. */
export interface DriverForm {
  readonly form: 'built-in' | 'module' | 'absent';
  /** Why this release cannot have that form; absent where it can. */
  readonly impossible?: string | undefined;
  /** What it would be on the next release that can have it, where this one cannot. */
  readonly elsewhere?: (DriverForm & { readonly release: string }) | undefined;
  /** Memory for the driver's code: where it is a module, only on boards that need it and so load it. */
  readonly codeBytes: number;
  /** Whether the size of the code was read from a file or estimated. */
  readonly size: ModuleState['size'] | undefined;
  /** Whether somebody would load the module here. */
  readonly loaded: boolean;
  /** Consumers that get what they require then, and those that do not. */
  readonly passing: readonly string[];
  readonly failing: readonly string[];
}

const values = { 'built-in': 'y', module: 'm', absent: 'n' } as const;

/** Boots with the CMA heap built in, as a module, and absent. A board that needs no contiguous memory loads no module. */
export function driverForms(
  request: BootRequest,
  contracts: readonly Contract[],
  isNeeded: boolean,
): readonly DriverForm[] {
  return (['built-in', 'module', 'absent'] as const).map((form) => {
    const tried = tryForm(request, form, contracts, isNeeded);
    if (tried.impossible === undefined || form !== 'module') return tried;
    return { ...tried, elsewhere: moduleElsewhere(request, contracts, isNeeded) };
  });
}

/** The same board with the next release on which the driver can be a module. */
function moduleElsewhere(
  request: BootRequest,
  contracts: readonly Contract[],
  isNeeded: boolean,
): DriverForm['elsewhere'] {
  const later = releaseNames.slice(releaseNames.indexOf(request.release.name) + 1);
  const canBeModule = moduleDefinitions.get('cma_heap')?.isTristate;
  const release = later.find((name) => canBeModule?.(releaseNamed(name).behaviours) === true);
  if (release === undefined) return undefined;
  const arch = request.config.facts.architecture;
  const kernel = chooseKernel({ release, arch }, request.profile, () => '', request.tree);
  return { release, ...tryForm({ ...request, ...kernel }, 'module', contracts, isNeeded) };
}

function tryForm(
  request: BootRequest,
  form: DriverForm['form'],
  contracts: readonly Contract[],
  isNeeded: boolean,
): DriverForm {
  const loads = form === 'module' && isNeeded;
  const nothing = { form, codeBytes: 0, size: undefined, loaded: false, passing: [], failing: [] } as const;
  try {
    const config = withSymbols(request.config, [parseAssignment(`DMABUF_HEAPS_CMA=${values[form]}`)]);
    refuseImpossibleModules(config, request.release);
    const others = (request.modules ?? []).filter(({ name }) => name !== 'cma_heap');
    const modules = loads ? [...others, { name: 'cma_heap', atNanoseconds: undefined }] : others;
    const system = bootUp({ ...request, config, modules });
    const state = system.summary().modules.find(({ name }) => name === 'cma_heap');
    const masters = dmaMasters(system.environment.handoff.tree, request.profile?.devices);
    const { passing, failing } = consumersOf(system, contracts, masters);
    const loaded = state?.loaded ?? false;
    return {
      form,
      codeBytes: loaded ? (state?.sizeBytes ?? 0) : 0,
      size: state?.size,
      loaded,
      passing,
      failing,
    };
  } catch (error) {
    if (error instanceof InputError) return { ...nothing, impossible: error.message };
    throw error;
  }
}

function consumersOf(system: System, contracts: readonly Contract[], masters: readonly DmaMaster[]) {
  if (!system.booted) return { passing: [], failing: contracts.map(({ name }) => name) };
  const outcomes = contracts.map((contract) =>
    evaluateConsumer(system, contract, masters, { asUser: false }),
  );
  const names = (passes: boolean) =>
    outcomes.filter((one) => one.passes === passes).map(({ consumer }) => consumer);
  return { passing: names(true), failing: names(false) };
}
